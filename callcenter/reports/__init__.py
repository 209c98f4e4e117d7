"""Figures: one catalogue, counted from facts."""
