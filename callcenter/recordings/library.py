"""Where audio is, and what a look at a file says of it."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from callcenter.errors import Conflict, KeyIsMissing, NotFound
from callcenter.floor.facts import RecordingFile
from callcenter.floor.terms import Instant, PbxName, Seconds
from callcenter.recordings.audio import Side, find_audio, is_audible
from callcenter.recordings.copying import MEDIA_TYPES
from callcenter.recordings.masters import Masters, Wrapped
from callcenter.recordings.riff import Layout, NotAudio, completed, playable, read_layout
from callcenter.recordings.sealing import SEALED, Unsealed, sealed_name
from callcenter.recordings.storing import FolderStore, Found, KeptFile, Readable, Store, Stored, store_of
from callcenter.settings import Settings

log = logging.getLogger(__name__)

State = Literal["ready", "writing", "missing"]
"""What a look says. In the database a recording may also be `deleting` or `deleted` (retention)."""

SETTLED_SECONDS: Seconds = 10.0
"""A file whose header is not completed was cut by a crash, and is not being written, when nothing came for so long:
MixMonitor writes 32 KiB at a time, which is 2 s of sound."""
LATE_SECONDS: Seconds = 30.0
"""A file that is not there so long after the recording ended is missing."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a look at the file says at this moment; `size` in bytes, of the mix."""

    state: State
    duration_seconds: Seconds = 0.0
    size: int = 0
    has_audio: bool = False
    has_customer_leg: bool = False
    has_agent_leg: bool = False


@dataclass(frozen=True)
class Copy:
    """A copy to be played: a file of this machine, or one that is read from elsewhere."""

    sound: Path | Readable
    media_type: str


@dataclass(frozen=True)
class Library:
    """Where audio is: each PBX's recordings as this machine sees them; `copies` for what is made of them here.

    The copies that are kept are in `elsewhere`, if that is given, and encrypted, if there are `masters`.
    """

    folders: Mapping[PbxName, Path]
    copies: Path
    clock: Callable[[], Instant] = time.time
    elsewhere: Store | None = None
    masters: Masters = field(default_factory=Masters)

    @property
    def store(self) -> Store:
        """What keeps the copies."""
        return self.elsewhere or FolderStore(self.copies / "stored")

    @property
    def stored(self) -> Path:
        """Where copies are made; where they are kept, too, unless that is elsewhere."""
        return self.store.folder

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], Instant] = time.time) -> "Library":
        """That of a centre: the recordings of its PBXs, and the server's copies."""
        folders = {pbx.name: pbx.recordings_folder for pbx in settings.pbxs}
        copies = settings.data_folder / "recordings"
        store = store_of(settings.recordings, copies / "stored")
        return cls(folders, copies, clock, store, Masters.of(settings.recordings))

    def find(self, file: RecordingFile, side: Side = "mix") -> Path | None:
        """The file of one side of a recording, if it is there."""
        folder = self.folders.get(file.pbx)
        return find_audio(folder, file.path, side) if folder is not None else None

    def files(self, recording_id: int, file: RecordingFile, copy: str) -> list[KeptFile]:
        """All that is there of a recording, with what was made of it; the PBX's file of both sides last.

        Raises StoreAway where it cannot be known.
        """
        sides: tuple[Side, ...] = ("agent", "customer", "mix")
        mended = [self._mended(recording_id, side) for side in sides]
        recorded = [self.find(file, side) for side in sides]
        # While a copy is encrypted there are two of it.
        kept = [(name, self.store.find(name)) for name in dict.fromkeys((copy, sealed_name(copy)))] if copy else []
        return [
            *(_local(path) for path in mended if path.is_file()),
            *(KeptFile(self.store, name, found.size) for name, found in kept if found),
            *(_local(path) for path in recorded if path is not None),
        ]

    def open_copy(self, name: str, keys: Mapping[str, Wrapped]) -> Copy | None:
        """The copy of that name, to be played; None: it is not kept. `keys` has its key, if it is encrypted.

        A plain copy that is gone may be encrypted since. Raises KeyIsMissing, Damaged and StoreAway.
        """
        for kept in dict.fromkeys((name, *(other for other in (sealed_name(name),) if other in keys))):
            found = self.store.find(kept)
            if found is not None:
                return self._copy(kept, found, keys)
        return None

    def _copy(self, name: str, found: Found, keys: Mapping[str, Wrapped]) -> Copy:
        store = self.store
        media_type = MEDIA_TYPES[PurePosixPath(name.removesuffix(SEALED)).suffix]
        if name.endswith(SEALED):
            return Copy(self.unsealed(Stored(store, name, found), keys.get(name)), media_type)
        return Copy(store.path(name) if isinstance(store, FolderStore) else Stored(store, name, found), media_type)

    def open_beside(self, folder: Path, name: str, wrapped: Wrapped | None) -> Path | Readable | None:
        """A file of another room in a folder of this machine; `wrapped` is its key, if it is encrypted.

        None: it is gone. Raises KeyIsMissing and Damaged.
        """
        store = FolderStore(folder)
        found = store.find(name)
        if found is None:
            return None
        return self.unsealed(Stored(store, name, found), wrapped) if name.endswith(SEALED) else store.path(name)

    def unsealed(self, sealed: Stored, wrapped: Wrapped | None) -> Unsealed:
        """An encrypted file as it was; `wrapped` is its key. Raises KeyIsMissing and Damaged."""
        if wrapped is None:
            raise KeyIsMissing("the recording is encrypted, and its key was deleted: nobody can read it any more")
        return Unsealed(sealed, self.masters.unwrap(wrapped, sealed.name))

    @property
    def mended(self) -> Path:
        """Where files that a crash cut off are mended for players, unless copies are encrypted."""
        return self.copies / "mended"

    def _mended(self, recording_id: int, side: Side) -> Path:
        return self.mended / f"{recording_id}-{side}.wav"

    def measure(self, file: RecordingFile) -> Measured:
        """Looks at the file, which takes a while for a long one: for threads."""
        path = self.find(file)
        if path is None:
            is_late = self.clock() - file.ended_at > LATE_SECONDS
            return Measured(state="missing" if is_late else "writing")
        try:
            return self._measure(file, path)
        except OSError:
            return Measured(state="missing")

    def _measure(self, file: RecordingFile, path: Path) -> Measured:
        layout = _layout_or_none(path)
        if self._is_growing(path, layout):
            return Measured(state="writing", size=path.stat().st_size)
        return Measured(
            state="ready",
            duration_seconds=layout.duration_seconds if layout else 0.0,
            size=path.stat().st_size,
            has_audio=layout is not None and is_audible(path, layout),
            has_customer_leg=self.find(file, "customer") is not None,
            has_agent_leg=self.find(file, "agent") is not None,
        )

    def open(self, recording_id: int, file: RecordingFile, side: Side) -> Path | Readable:
        """The file to be played. Raises NotFound; Conflict while it is still being written.

        Where copies are encrypted, one that a crash cut off is mended as it is read: no plain copy of it is kept.
        """
        path = self.find(file, side)
        if path is None:
            raise NotFound(f"the {side} of recording {recording_id} is not where the recordings of {file.pbx} are")
        try:
            if self._is_growing(path, read_layout(path)):
                raise Conflict(f"recording {recording_id} is still being written")
            if self.masters.keys:
                return completed(path)
            return playable(path, self._mended(recording_id, side))
        except (NotAudio, OSError) as error:
            raise NotFound(f"the {side} of recording {recording_id} cannot be played") from error

    def _is_growing(self, path: Path, layout: Layout | None) -> bool:
        return _is_growing(path, layout, self.clock())


def _local(path: Path) -> KeptFile:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # Somebody else removed it meanwhile.
    return KeptFile(FolderStore(path.parent), path.name, size)


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def is_being_written(path: Path, now: Instant) -> bool:
    """Whether Asterisk may still write to the file; one that is gone is not written."""
    try:
        return _is_growing(path, _layout_or_none(path), now)
    except FileNotFoundError:
        return False


def _is_growing(path: Path, layout: Layout | None, now: Instant) -> bool:
    is_closed = layout is not None and layout.is_closed
    return not is_closed and now - path.stat().st_mtime <= SETTLED_SECONDS


def _layout_or_none(path: Path) -> Layout | None:
    try:
        return read_layout(path)
    except NotAudio as reason:
        log.info("The recording %s cannot be read: %s", path.name, reason)
        return None
