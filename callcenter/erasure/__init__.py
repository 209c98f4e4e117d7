"""Erases one person from everything that is kept, and keeps what was counted."""
