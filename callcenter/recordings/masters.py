"""Master keys: under one of them the key of each encrypted file is kept (AES-256-GCM, bound to the file's name)."""

import base64
import binascii
import hashlib
import logging
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callcenter.errors import Damaged, KeyIsMissing, SetupFailed
from callcenter.recordings.sealing import KEY_BYTES, NONCE_BYTES
from callcenter.recordings.storing import settle
from callcenter.settings import RecordingSettings

log = logging.getLogger(__name__)

FIELD = "recordings.master_key_file"


@dataclass(frozen=True)
class Wrapped:
    """The key of a file, sealed under the master key with this id."""

    master: str
    key: bytes = field(repr=False)


class KeyFile:
    """A file of master keys, one a line, the newest first; read again when it changed: nothing is restarted for that.

    Raises SetupFailed where it cannot be read at first. Later what was known stays in use, and the log says so.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: tuple[bytes, ...] = ()

    def keys(self) -> tuple[bytes, ...]:
        """The keys in it."""
        try:
            stat = self.path.stat()
        except OSError:
            seen = None
        else:
            seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if seen != self._seen or not self._keys:
            self._read_again()
            self._seen = seen
        return self._keys

    def _read_again(self) -> None:
        try:
            self._keys = _keys_of(self.path)
        except SetupFailed as error:
            if not self._keys:
                raise
            log.error("The master keys known before stay in use: %s", error.message)


@dataclass(frozen=True)
class Masters:
    """The master keys, by their ids: the first wraps, all unwrap. Those of the `file`, if there is one."""

    told: tuple[bytes, ...] = field(default=(), repr=False)
    file: KeyFile | None = None

    @classmethod
    def of(cls, settings: RecordingSettings) -> "Masters":
        """Those of the settings, which may be none. Raises SetupFailed; never with a part of a key."""
        told = tuple(_keys(settings.master_key.get_secret_value(), "recordings.master_key"))
        if told or settings.master_key_file is None:
            return cls(told)
        file = KeyFile(settings.master_key_file)
        file.keys()
        return cls(file=file)

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys, as they are now."""
        return self.file.keys() if self.file else self.told

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, the newest first."""
        return tuple(map(id_of, self.keys))

    def wrap(self, key: bytes, name: str) -> Wrapped:
        """The key of the file with this name, under the newest master key. Raises KeyIsMissing."""
        keys = self.keys
        if not keys:
            raise KeyIsMissing("there is no master key: set [recordings] master_key_file")
        nonce = os.urandom(NONCE_BYTES)
        return Wrapped(id_of(keys[0]), nonce + AESGCM(keys[0]).encrypt(nonce, key, name.encode()))

    def unwrap(self, wrapped: Wrapped, name: str) -> bytes:
        """The key of the file with this name. Raises KeyIsMissing and Damaged."""
        master = next((key for key in self.keys if id_of(key) == wrapped.master), None)
        if master is None:
            raise KeyIsMissing(
                f"the recording is encrypted under the master key {wrapped.master}, which the server does not have: "
                "add it to [recordings] master_key_file"
            )
        try:
            return AESGCM(master).decrypt(wrapped.key[:NONCE_BYTES], wrapped.key[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise Damaged(f"the key of {name} is damaged: it cannot be unwrapped") from error


def id_of(master: bytes) -> str:
    """By which a master key is known, and which tells nothing of it."""
    return hashlib.sha256(b"callcenter master key " + master).hexdigest()[:16]


def put_new_key(path: Path, today: date) -> str:
    """Puts a new master key above those of the file, whole or not at all; its id. Raises SetupFailed.

    Rights and owner of the file stay: it may be another user's who runs the server.
    """
    key = os.urandom(KEY_BYTES)
    line = f"# {today.isoformat()}, id {id_of(key)}\n{base64.b64encode(key).decode()}\n"
    path = path.resolve()
    made = path.with_name(f".{path.name}.new")
    try:
        _write_beside(path, made, line.encode() + path.read_bytes())
        made.replace(path)
        settle([path.parent])
    except OSError as error:
        raise SetupFailed(
            f"{FIELD}: {path} cannot be written ({error.strerror}): put a new key above those in it "
            "(openssl rand -base64 32), and run this again",
            field=FIELD,
        ) from error
    finally:
        made.unlink(missing_ok=True)
    return id_of(key)


def _write_beside(path: Path, made: Path, content: bytes) -> None:
    was = path.stat()
    made.unlink(missing_ok=True)
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(handle, was.st_uid, was.st_gid)
        os.fchmod(handle, was.st_mode & 0o777)
        file.write(content)
        file.flush()
        os.fsync(handle)


def _keys_of(path: Path) -> tuple[bytes, ...]:
    try:
        told = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is not text"
        raise SetupFailed(f"{FIELD}: {path}: {reason}", field=FIELD) from None
    lines = (line for line in told.splitlines() if not line.lstrip().startswith("#"))
    keys = _keys("\n".join(lines), FIELD)
    if not keys:
        raise SetupFailed(f"{FIELD}: no key is in {path}", field=FIELD)
    return tuple(keys)


def _keys(told: str, where: str) -> list[bytes]:
    keys = []
    for nth, word in enumerate(told.replace(",", " ").split(), 1):
        try:
            key = base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise SetupFailed(
                f"{where}: key {nth} is not 32 bytes in base64; make one with: openssl rand -base64 32", field=where
            ) from None
        keys.append(key)
    return keys
