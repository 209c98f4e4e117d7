"""A key and a certificate for SIP over WebSocket, for a PBX that has none of an authority."""

import ipaddress
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from callcenter.asterisk.dialplan import BROWSER_PHONES
from callcenter.errors import BadInput, Conflict

DAYS = 397
"""Browsers take no certificate of a server that is valid for longer (CA/Browser Forum, from 2020 on)."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
_LONGEST_NAME = 64
"""Of a common name (RFC 5280, ub-common-name)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was written: both files, until when it is valid, and its SHA-256 fingerprint."""

    certificate: Path
    key: Path
    until: datetime
    fingerprint: str


def make_certificate(folder: Path, host: str, now: datetime, *, force: bool = False) -> Certificate:
    """Writes a key and a certificate for this host name or address, signed by itself, into `folder`/callcenter.

    Raises BadInput for what is no host, Conflict where one of the files is there already, unless `force`.
    """
    certificate, key = (folder / "callcenter" / f"{BROWSER_PHONES}.{ending}" for ending in ("crt", "key"))
    there = [str(file) for file in (certificate, key) if file.exists()]
    if there and not force:
        raise Conflict(f"not overwritten: {', '.join(there)} (--force)")
    name = _name_of(host)
    private = ec.generate_private_key(ec.SECP256R1())
    signed = _signed(private, host, name, now)
    certificate.parent.mkdir(parents=True, exist_ok=True)
    encoding = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    _write(key, private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain), 0o640)
    _write(certificate, signed.public_bytes(encoding), 0o644)
    fingerprint = signed.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(certificate, key, signed.not_valid_after_utc, fingerprint)


def _name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        if len(host) > _LONGEST_NAME or not _HOST.fullmatch(host):
            raise BadInput(f"--host: {host!r} is no host name or address", field="host") from None
        return x509.DNSName(host)


def _signed(private: ec.EllipticCurvePrivateKey, host: str, name: x509.GeneralName, now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
    return (
        builder.not_valid_before(now - timedelta(hours=1))  # the clocks of agents' computers differ
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
    partial.replace(file)
