"""Lists filled by rule: callers who gave up or asked for a callback, and dates that have come."""
