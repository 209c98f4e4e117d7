"""The only folder that speaks Asterisk."""
