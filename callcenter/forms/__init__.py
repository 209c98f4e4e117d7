"""The callback record form (回访记录表): built for each list, versioned, filled in while talking, counted."""
