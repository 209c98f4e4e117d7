"""The sound of a clip: cut out of the recording into a file of its own."""

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from msgspec import Struct
from typing_extensions import override

from callcenter.errors import BadInput, Conflict
from callcenter.floor.facts import RecordingFile
from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.copying import PART, Encoding, store_copy
from callcenter.recordings.inspection import inspect_files
from callcenter.recordings.library import Copy, Library
from callcenter.recordings.masters import Wrapped
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.sealing import SEALED, new_key, seal_file, sealed_name
from callcenter.recordings.sound import open_sound
from callcenter.recordings.sounding import kept
from callcenter.recordings.storing import Readable, fetched

LEFT_SECONDS: Seconds = 3600.0
"""A file that no clip has for so long was left by a server that ended in the midst of making one."""


class Cut(Struct, frozen=True):
    """A new file in the folder of clips, its `key` if it is encrypted, and what it sounds like
    (recordings/sounding.py)."""

    file: str
    key: bytes
    sound: dict[str, Any]

    @override
    def __repr__(self) -> str:
        return f"Cut({self.file})"


class Source(Struct, frozen=True):
    """A recording, of which `copy` was stored, with its key in `keys` if that is encrypted."""

    recording: RecordingFile
    copy: str
    keys: Mapping[str, Wrapped]


class Cutter(Struct, frozen=True):
    """Where recordings are, and how the sound of clips is kept."""

    library: Library
    encoding: Encoding

    @property
    def folder(self) -> Path:
        """That of the clips."""
        return self.library.copies / "clips"

    async def cut(self, source: Source, start: Seconds, end: Seconds) -> Cut:
        """Cuts a span out of a recording. Raises Conflict where it cannot be read, StoreAway, KeyIsMissing, Damaged."""
        return await asyncio.to_thread(self._cut, source, start, end)

    def _cut(self, source: Source, start: Seconds, end: Seconds) -> Cut:
        target = self.folder / f"{secrets.token_hex(16)}.{self.encoding}"
        try:
            with self._opened(source) as files:
                if not files:
                    raise Conflict("The recording is not where recordings are; a clip cannot be cut out of it now")
                with open_sound(files[0]) as sound:
                    rate = sound.rate
                store_copy(files, target, self.encoding, end - start, rate, start)
            found = inspect_files([target])
        except (NotAudio, BadInput) as error:
            target.unlink(missing_ok=True)
            raise Conflict("The recording cannot be read; a clip cannot be cut out of it") from error
        names = ("mix",) if len(found.sides) == 1 else ("agent", "customer")
        if not self.library.masters.keys:
            return Cut(target.name, b"", kept(found, names))
        try:
            return Cut(*self.seal(target.name), kept(found, names))
        finally:
            target.unlink()

    def seal(self, file: str) -> tuple[str, bytes]:
        """Encrypts a file of a clip into another; the name of that, and its key. Raises OSError."""
        key, name = new_key(), sealed_name(f"{secrets.token_hex(16)}{PurePath(file).suffix}")
        seal_file(self.folder / file, self.folder / name, key)
        return name, key

    @contextmanager
    def _opened(self, source: Source) -> Iterator[Sequence[Path]]:
        """What the player plays, as the PBX wrote it where that is still there: both legs, the mix, or our copy."""
        legs = [self.library.find(source.recording, side) for side in ("agent", "customer")]
        there = [leg for leg in legs if leg is not None]
        mix = self.library.find(source.recording)
        if len(there) == len(legs):
            yield there
        elif mix is not None:
            yield [mix]
        else:
            copy = self.library.open_copy(source.copy, source.keys) if source.copy else None
            with fetched_if_needed(copy, self.folder) as files:
                yield files

    def open(self, file: str, wrapped: Wrapped | None) -> Path | Readable | None:
        """The sound of a clip; `wrapped` is its key, if it is encrypted. None: the file is gone.

        Raises KeyIsMissing and Damaged.
        """
        return self.library.open_beside(self.folder, file, wrapped)

    async def remove(self, files: Iterable[str]) -> None:
        """Removes the files of clips. Raises OSError."""
        await asyncio.to_thread(self._remove, list(files))

    def _remove(self, files: Sequence[str]) -> None:
        for file in files:
            (self.folder / file).unlink(missing_ok=True)

    def left(self, now: Instant) -> list[str]:
        """Files that are older than the making of a clip takes; for threads."""
        names = (f"*.{self.encoding}", f"*.{self.encoding}{SEALED}", f".*{PART}")
        found = [file for name in names for file in self.folder.glob(name)] if self.folder.is_dir() else []
        return [file.name for file in found if now - file.stat().st_mtime > LEFT_SECONDS]


@contextmanager
def fetched_if_needed(copy: Copy | None, folder: Path) -> Iterator[Sequence[Path]]:
    """The file of a copy, plain on this machine during the block; none of none."""
    if copy is None:
        yield []
    elif isinstance(copy.sound, Path):
        yield [copy.sound]
    else:
        with fetched(copy.sound, folder) as file:
            yield [file]
