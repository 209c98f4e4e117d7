"""Wallboards: pages for a TV, opened by a link of their own."""
