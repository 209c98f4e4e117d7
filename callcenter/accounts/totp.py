"""One-time codes of an authenticator app (TOTP, RFC 6238): 6 digits, a new one every 30 s. Pure."""

import pyotp

from callcenter.floor.terms import Instant

STEP_SECONDS = 30
DIGITS = 6
STEPS_BESIDE = 1
"""A phone's clock may be wrong by one step either way (RFC 6238, section 5.2)."""

ISSUER = "callcenter"


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226, section 4, recommends."""
    return pyotp.random_base32()


def address_of_secret(secret: str, username: str) -> str:
    """What an authenticator app reads from a QR code: `otpauth://totp/…`."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: Instant) -> int | None:
    """The number of the 30 seconds for which this code is the right one, at most one away from now; else None."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    step = int(now // STEP_SECONDS)
    near = range(max(0, step - STEPS_BESIDE), step + STEPS_BESIDE + 1)
    right = [one for one in near if pyotp.utils.strings_equal(totp.generate_otp(one), code)]
    return right[0] if right else None
