"""The passwords of the phones in agents' browsers: each follows from one secret, so that none is kept (decision 59)."""

import base64
import hashlib
import hmac

SHORTEST_SECRET = 16


def password_of(secret: str, pbx: str, endpoint: str) -> str:
    """The SIP password of this endpoint at this PBX: HMAC-SHA-256, of which 192 bits in base64url are taken."""
    digest = hmac.digest(secret.encode(), f"{pbx}/{endpoint}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()
