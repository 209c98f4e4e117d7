"""The living demonstration: a centre, its callers and its softphones."""
