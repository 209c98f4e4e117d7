"""The wrap-up form: why somebody called, what came of it, and what an agent writes down of their own conversation."""
