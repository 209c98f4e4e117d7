"""Secrets that open something by themselves: sessions, API keys, links of wallboards. Only a digest of one is kept."""

import hashlib
import secrets

from starlette.requests import HTTPConnection


def new_token() -> str:
    """256 random bits, as text that can stand in an address or a header."""
    return secrets.token_urlsafe(32)


READABLE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for others: people read such words to each other, or from paper."""

READABLE_GROUPS, GROUP_LENGTH = 4, 4
"""16 of 31 letters: 79 bits, far beyond what the throttle lets anybody try."""


def readable_token() -> str:
    """Random, and easy to read to somebody: `k7wm-…` in four groups."""
    letters = [secrets.choice(READABLE_LETTERS) for _ in range(READABLE_GROUPS * GROUP_LENGTH)]
    return "-".join("".join(letters[at : at + GROUP_LENGTH]) for at in range(0, len(letters), GROUP_LENGTH))


def digest(token: str) -> str:
    """What is kept of a token: who reads it cannot use it. Nothing so random could be guessed, and a slow hash would
    protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_of(connection: HTTPConnection) -> str | None:
    """The token in `Authorization: Bearer …` (RFC 6750, section 2.1); None where there is no such header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
