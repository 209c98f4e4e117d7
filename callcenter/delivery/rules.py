"""What may be sent where, how it is signed, and when it is tried again: decisions without side effects."""

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal
from urllib.parse import urlsplit

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds

Channel = Literal["mail", "webhook"]
State = Literal["waiting", "sent", "failed"]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MINUTE: Seconds = 60
HOUR: Seconds = 3600

BACK_OFF: tuple[Seconds, ...] = (
    10, 30, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR,
)  # fmt: skip
"""How long after each failed try the next one comes: sixteen hours in all, so that a receiver mended in the morning
gets the night's news."""

JITTER = 0.2
"""Each pause is lengthened by up to this share, so that what failed together is not tried again together."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets begin
SECRET_BYTES = 32
LONGEST_URL = 2000
LONGEST_ADDRESS = 254
MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 300

METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")))
"""Where cloud machines ask for their own credentials, beside 169.254.169.254, which is link-local."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


TOO_LATE = "given up: it was news until then"
"""What the log says of what expired, in front of what the receiver said last."""


def next_try(tries: int, now: Instant, chance: float, expires_at: Instant | None = None) -> Instant | None:
    """When to try again after the `tries`-th try failed, None when it is given up; `chance` is 0 to 1."""
    if tries > len(BACK_OFF):
        return None
    at = now + BACK_OFF[tries - 1] * (1 + JITTER * chance)
    return at if expires_at is None or at < expires_at else None


# --- webhooks ---------------------------------------------------------------------------------------------------


def sign(secret: str, delivery_id: str, at: int, content: bytes) -> str:
    """The `webhook-signature` of Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{delivery_id}.{at}.".encode() + content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def secret_of(random: bytes) -> str:
    """Random bytes as a webhook's secret."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def check_url(url: str, allowed: Iterable[Network] = ()) -> None:
    """Raises BadInput (`url`) unless webhooks may go there; names are judged when they are resolved, at each try."""
    if len(url) > LONGEST_URL or _CONTROLS.search(url) or not url.isascii() or " " in url:
        raise BadInput(f"an address has at most {LONGEST_URL} characters, all plain ASCII", field="url")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadInput(f"this is no address: {error}", field="url") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("an address begins with https:// or http:// and names a host", field="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadInput("an address has no user, password or #fragment in it", field="url")
    address = literal(parts.hostname)
    if address is not None and not may_reach(address, allowed):
        raise BadInput(f"{address} is refused: {WHY_REFUSED}", field="url")


WHY_REFUSED = (
    "this machine's own, link-local, metadata and multicast addresses are not called"
    " unless webhooks.allowed_networks in the settings names them"
)


def literal(host: str) -> Address | None:
    """The address that a host is written as, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def may_reach(address: Address, allowed: Iterable[Network] = ()) -> bool:
    """Whether a webhook may go to this address: an intranet may be, what only this machine reaches may not."""
    if any(address in network for network in allowed):
        return True
    address = _embedded(address)
    if any(address in network for network in allowed):
        return True
    return address not in METADATA and not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    )


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def check_kinds(kinds: Iterable[str]) -> None:
    """Raises BadInput (`kinds`) for something that is no kind of event: `alert.raised`."""
    for kind in kinds:
        if not _KIND.fullmatch(kind):
            raise BadInput(f"{kind!r} is no kind of event", field="kinds")


# --- mail -------------------------------------------------------------------------------------------------------


def check_recipients(recipients: Iterable[str]) -> None:
    """Raises BadInput (`to`), naming the address at fault."""
    addresses = list(recipients)
    if not 1 <= len(addresses) <= MOST_RECIPIENTS:
        raise BadInput(f"a mail has 1 to {MOST_RECIPIENTS} recipients", field="to")
    for address in addresses:
        if len(address) > LONGEST_ADDRESS or not _MAIL_ADDRESS.fullmatch(address):
            raise BadInput(f"{address!r} is no e-mail address", field="to")


def check_header(text: str, field: str) -> None:
    """Raises BadInput for a header's text that could begin another header."""
    if not text or len(text) > LONGEST_SUBJECT or _CONTROLS.search(text):
        raise BadInput(f"the {field} is one line of 1 to {LONGEST_SUBJECT} characters", field=field)
