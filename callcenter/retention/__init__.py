"""Decides how long recordings are kept, and deletes those whose time is over."""
