"""Tests of what protocols are tested with."""
