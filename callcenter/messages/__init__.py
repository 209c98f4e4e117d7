"""Messages from supervisors to agents, which stay on the desk until they are acknowledged."""
