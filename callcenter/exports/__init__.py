"""Recordings of many calls in one file: chosen by a search, packed in the background, downloaded until it expires."""
