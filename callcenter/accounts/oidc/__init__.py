"""Signing in with an account elsewhere: at an OpenID provider, such as the company's."""
