"""Programs that use ohneio, each under test."""
