"""Our books beside Asterisk's: the gaps in ours, and the nightly comparison of both."""
