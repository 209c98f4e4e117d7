"""Tests of lists that are filled by rules."""
