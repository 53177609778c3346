"""Tests of ohneio/core, a file for each module: test_x.py tests _x.py, all of it."""
