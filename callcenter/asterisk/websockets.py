"""Knocks at SIP over WebSocket as an agent's browser does: its certificate, and whether it speaks the protocol.

Whatever certificate there is, is looked at: whom a browser trusts is set up at its own computer.
"""

import asyncio
import base64
import ipaddress
import secrets
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from callcenter.floor.terms import Seconds

KNOCK_SECONDS: Seconds = 5.0
MAX_ANSWER_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Presented:
    """The certificate that a server shows: for which hosts, until when, and whether it has signed itself."""

    names: tuple[str, ...]
    since: datetime
    until: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class Knocked:
    """What came of it: `why` it does not answer ("": it does); no certificate by ws://, or where TLS did not begin."""

    url: str
    why: str
    certificate: Presented | None

    @property
    def host(self) -> str:
        """The host, as browsers compare it with the certificate."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_secure(self) -> bool:
        """Whether there is to be a certificate."""
        return urlsplit(self.url).scheme == "wss"


async def knock(url: str) -> Knocked:
    """Opens the WebSocket, and closes it before a word of SIP."""
    presented: list[Presented] = []
    try:
        async with asyncio.timeout(KNOCK_SECONDS):
            why = await _knock(url, presented)
    except TimeoutError:
        why = f"no answer within {KNOCK_SECONDS:g} s"
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        why = str(error) or type(error).__name__
    return Knocked(url, why, presented[0] if presented else None)


async def _knock(url: str, presented: list[Presented]) -> str:
    parts = urlsplit(url)
    is_secure = parts.scheme == "wss"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    context = _unverified() if is_secure else None
    reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=MAX_ANSWER_BYTES)
    try:
        if is_secure:
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            presented.append(_presented(x509.load_der_x509_certificate(der)))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        writer.write(
            f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n".encode()
        )
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return _refusal(answer)


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _presented(certificate: x509.Certificate) -> Presented:
    names: list[str] = []
    with suppress(x509.ExtensionNotFound):
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names += found.get_values_for_type(x509.DNSName)
        names += map(str, found.get_values_for_type(x509.IPAddress))
    return Presented(
        names=tuple(names),
        since=certificate.not_valid_before_utc,
        until=certificate.not_valid_after_utc,
        is_own=certificate.issuer == certificate.subject,
    )


def _refusal(answer: list[str]) -> str:
    """Why this is no WebSocket for SIP; "" where it is."""
    told = answer[0].split(" ", 2)
    if len(told) < 2 or not told[0].startswith("HTTP/"):
        return "it does not speak HTTP"
    if told[1] != "101":
        return f"it answers {' '.join(told[1:])!r}, and opens no WebSocket"
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in answer[1:])}
    return "" if headers.get("sec-websocket-protocol") == "sip" else "a WebSocket, but not one for SIP"


def fits(names: tuple[str, ...], host: str) -> bool:
    """Whether a certificate for these names is one for this host (RFC 6125: `*` is one label, the first)."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(host)) in names
    host = host.lower()
    return any(
        name.lower() == host or (name.startswith("*.") and host.partition(".")[2] == name[2:].lower()) for name in names
    )
