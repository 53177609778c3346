"""One conformance suite for all loops, over real sockets on the loopback interface."""
