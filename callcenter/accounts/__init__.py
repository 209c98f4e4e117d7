"""Users, roles, sessions, and who may see what."""
