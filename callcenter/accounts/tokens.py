"""Secrets that open something by themselves: sessions, API keys, links of wallboards. Only a digest of one is kept."""

import hashlib
import secrets

from starlette.requests import HTTPConnection


def new_token() -> str:
    """256 random bits, as text that can stand in an address or a header."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: who reads it cannot use it. Nothing so random could be guessed, and a slow hash would
    protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_of(connection: HTTPConnection) -> str | None:
    """The token in `Authorization: Bearer …` (RFC 6750, section 2.1); None where there is no such header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
