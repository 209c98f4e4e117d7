"""Customers: who calls and is called; their numbers, level, consent and history; imported, merged, shown at a ring."""
