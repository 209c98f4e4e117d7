"""Callback lists: targets, windows, redial rules, attempts."""
