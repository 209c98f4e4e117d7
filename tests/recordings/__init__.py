"""Tests of the recordings."""
