"""Tests of the dialer."""
