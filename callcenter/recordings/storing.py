"""Where the copies of recordings are kept: a folder, or a bucket of an S3-compatible server, both by plain names."""

import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple, Protocol

from pydantic import SecretStr
from typing_extensions import Buffer, override

from callcenter.errors import SetupFailed, StoreAway
from callcenter.floor.terms import Instant
from callcenter.settings import RecordingSettings

SCHEME = "s3://"
PROBE = ".doctor-probe"
CONNECT_SECONDS, READ_SECONDS = 5, 30
PIECE_BYTES = 1 << 20
"""Fetched at a time: of a long file few requests, of a short span little too much, and memory for many listeners."""


class Found(NamedTuple):
    """A file that is kept: its bytes, when it came, and a word that another content would change ("": none)."""

    size: int
    modified_at: Instant
    version: str


class Store(Protocol):
    """Keeps files whole under names such as `12/12345.opus`. Every function may raise StoreAway and is for threads.

    `folder` is on this machine: there a file is made that is then put; in a store that is a folder, that folder.
    """

    @property
    def folder(self) -> Path:
        """Where files are made."""

    def check(self) -> None:
        """Raises StoreAway where it is not there: before work is done for it."""

    def put(self, name: str, source: Path) -> None:
        """Keeps a file whole or not at all; another of that name is replaced. `source` may be gone then."""

    def find(self, name: str) -> Found | None:
        """What is kept under this name; None: nothing. Where the whole store is not there, StoreAway."""

    def read(self, name: str, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`, fewer at the end of the file. Raises FileNotFoundError."""

    def remove(self, name: str) -> None:
        """Removes a file for good; one that is not there is no error."""


class Readable(Protocol):
    """A file of which any bytes can be read: for threads. Raises StoreAway and what else its kind may."""

    @property
    def found(self) -> Found:
        """Its size, age and version."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`, fewer at the end of the file."""


class _Stream(io.RawIOBase):
    def __init__(self, of: Readable) -> None:
        self._of, self._at = of, 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer)
        content = self._of.read(self._at, self._at + len(room))
        room[: len(content)] = content
        self._at += len(content)
        return len(content)


def stream(of: Readable) -> io.BufferedReader:
    """The same to be read from its beginning on, in large pieces. Raises what it raises."""
    return io.BufferedReader(_Stream(of), PIECE_BYTES)


@contextmanager
def fetched(of: Readable, folder: Path) -> Iterator[Path]:
    """A file of this machine in that folder with the same bytes, during the block. Raises what `of` raises."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part") as file:
        shutil.copyfileobj(stream(of), file, PIECE_BYTES)
        file.flush()
        yield Path(file.name)


@dataclass(frozen=True)
class Stored:
    """A file as a store keeps it."""

    store: Store
    name: str
    found: Found

    def read(self, start: int, end: int) -> bytes:
        """Those bytes alone."""
        return self.store.read(self.name, start, min(end, self.found.size))


@dataclass(frozen=True)
class FolderStore:
    """Files in a folder, which is made when the first comes, or must be there: it may be a disk that is away."""

    folder: Path
    must_exist: bool = False

    def path(self, name: str) -> Path:
        """The file of that name."""
        return self.folder / name

    def put(self, name: str, source: Path) -> None:
        """Gives the file its name, by which it is whole: both are in one file system."""
        self.check()
        target = self.path(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.replace(target)
        settle([target.parent])

    def find(self, name: str) -> Found | None:
        """What is kept under this name."""
        path = self.path(name)
        if not path.is_file():
            self.check()
            return None
        stat = path.stat()
        return Found(stat.st_size, stat.st_mtime, "")

    def read(self, name: str, start: int, end: int) -> bytes:
        """Some bytes of it."""
        with self.path(name).open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def remove(self, name: str) -> None:
        """Removes it."""
        self.check()
        self.path(name).unlink(missing_ok=True)

    def check(self) -> None:
        """Looks whether the folder is there."""
        if self.must_exist and not self.folder.is_dir():
            raise StoreAway(f"the store of recordings {self.folder} is not there; mount or make the folder")


@dataclass(frozen=True)
class Bucket:
    """A place in a bucket, and how it is reached; no endpoint: that of AWS; no key: what the machine is given."""

    path: str
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: SecretStr = field(default=SecretStr(""))

    @override
    def __str__(self) -> str:
        return f"{SCHEME}{self.path}"


@dataclass(frozen=True)
class BucketStore:
    """Files in a bucket. Nothing is listed, and of a file only the bytes asked for are fetched."""

    bucket: Bucket
    folder: Path

    def check(self) -> None:
        """Asks for the bucket."""
        with self._asking():
            self._files.call_s3("head_bucket", Bucket=self.bucket.path.partition("/")[0])

    def put(self, name: str, source: Path) -> None:
        """Sends the file; the server shows it when it has all of it."""
        with self._asking():
            self._files.put_file(str(source), self._at(name))

    def find(self, name: str) -> Found | None:
        """What is kept under this name. An answer without it is believed only of a bucket that is there."""
        with self._asking():
            try:
                told = self._files.info(self._at(name))
            except FileNotFoundError:
                self.check()
                return None
        modified: datetime = told["LastModified"]
        return Found(told["size"], modified.timestamp(), str(told.get("ETag", "")).strip('"'))

    def read(self, name: str, start: int, end: int) -> bytes:
        """Some bytes of it, by one request."""
        if start >= end:
            return b""
        with self._asking(absent_is_known=True):
            content: bytes = self._files.cat_file(self._at(name), start=start, end=end)
        return content

    def remove(self, name: str) -> None:
        """Has the server remove it."""
        with self._asking():
            self._files.call_s3("delete_object", **self._key(name))

    def _at(self, name: str) -> str:
        return f"{self.bucket.path}/{name}"

    def _key(self, name: str) -> dict[str, str]:
        bucket, _, key = self._at(name).partition("/")
        return {"Bucket": bucket, "Key": key}

    @property
    def _files(self) -> Any:
        return _file_system(self.bucket)

    @contextmanager
    def _asking(self, *, absent_is_known: bool = False) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except FileNotFoundError as error:
            if absent_is_known:
                raise
            raise StoreAway(f"the store of recordings {self.bucket} is not there: no such bucket") from error
        except (OSError, BotoCoreError, ClientError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise StoreAway(
                f"the store of recordings {self.bucket} cannot be used now ({reason}); try again later"
            ) from error


@lru_cache(maxsize=8)
def _file_system(bucket: Bucket) -> Any:
    # Here, not above: it takes half a second to load, and a centre that keeps files in a folder need not have it.
    try:
        import s3fs
    except ImportError as error:
        raise SetupFailed(
            "recordings.storage: s3:// needs the package s3fs: pip install 'callcenter[s3]'", field="recordings.storage"
        ) from error
    # Checksums only where S3 wants them: other servers refuse those that AWS has added since.
    checksums = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
    timeouts = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS, "retries": {"max_attempts": 1}}
    return s3fs.S3FileSystem(
        key=bucket.key or None,
        secret=bucket.secret.get_secret_value() or None,
        endpoint_url=bucket.endpoint or None,
        client_kwargs={"region_name": bucket.region} if bucket.region else {},
        config_kwargs=checksums | timeouts,
        use_listings_cache=False,
        # One for all threads: fsspec would make one for each.
        skip_instance_cache=True,
    )


def settle(folders: Iterable[Path]) -> None:
    """Has the disk remember which files these folders hold. Raises OSError."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(frozen=True)
class KeptFile:
    """A file of a store, for whoever counts and removes files."""

    store: Store
    name: str
    size: int


def store_of(settings: RecordingSettings, here: Path) -> Store:
    """The store that the settings name; `here` is where files are made, and kept unless they say otherwise."""
    if not settings.storage:
        return FolderStore(here)
    if not settings.storage.startswith(SCHEME):
        return FolderStore(Path(settings.storage), must_exist=True)
    s3 = settings.s3
    path = settings.storage.removeprefix(SCHEME).rstrip("/")
    return BucketStore(Bucket(path, s3.endpoint, s3.region, s3.key, s3.secret), here)


def probe(store: Store) -> None:
    """Writes a file, reads it, and removes it. Raises StoreAway or OSError where one of these cannot be done."""
    store.check()
    store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = store.folder / f"{PROBE}.part"
    made.write_bytes(PROBE.encode())
    try:
        store.put(PROBE, made)
        if store.read(PROBE, 1, len(PROBE)) != PROBE[1:].encode():
            raise StoreAway("the store of recordings gave back other bytes than it was given")
        store.remove(PROBE)
        if store.find(PROBE) is not None:
            raise StoreAway("the store of recordings does not remove files; does a rule of the bucket keep them?")
    finally:
        made.unlink(missing_ok=True)
