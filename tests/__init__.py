"""The tests of ohneio; every directory below is a package, so names need not be unique."""
