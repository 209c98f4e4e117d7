"""Search in finished calls and the detail of one."""
