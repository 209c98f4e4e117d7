"""`callcenter doctor`: looks at everything the server relies on and says what is wrong and what to do about it."""
