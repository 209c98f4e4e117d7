"""The sound of a clip: cut out of the recording into a file of its own."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from callcenter.errors import BadInput, Conflict
from callcenter.floor.facts import RecordingFile
from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.copying import PART, Encoding, store_copy
from callcenter.recordings.inspection import inspect_files
from callcenter.recordings.library import Library
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.sound import open_sound
from callcenter.recordings.sounding import kept

LEFT_SECONDS: Seconds = 3600.0
"""A file that no clip has for so long was left by a server that ended in the midst of making one."""


class Cut(Struct, frozen=True):
    """A new file in the folder of clips, and what it sounds like (recordings/sounding.py)."""

    file: str
    sound: dict[str, Any]


class Cutter(Struct, frozen=True):
    """Where recordings are, and how the sound of clips is kept."""

    library: Library
    encoding: Encoding

    @property
    def folder(self) -> Path:
        """That of the clips."""
        return self.library.copies / "clips"

    async def cut(self, file: RecordingFile, copy: str, start: Seconds, end: Seconds) -> Cut:
        """Cuts a span out of a recording, of which `copy` was stored. Raises Conflict where it cannot be read."""
        return await asyncio.to_thread(self._cut, file, copy, start, end)

    def _cut(self, file: RecordingFile, copy: str, start: Seconds, end: Seconds) -> Cut:
        sources = self._sources(file, copy)
        name = f"{secrets.token_hex(16)}.{self.encoding}"
        target = self.folder / name
        try:
            if not sources:
                raise Conflict("The recording is not where recordings are; a clip cannot be cut out of it now")
            with open_sound(sources[0]) as sound:
                rate = sound.rate
            store_copy(sources, target, self.encoding, end - start, rate, start)
            found = inspect_files([target])
        except (NotAudio, BadInput) as error:
            target.unlink(missing_ok=True)
            raise Conflict("The recording cannot be read; a clip cannot be cut out of it") from error
        names = ("mix",) if len(found.sides) == 1 else ("agent", "customer")
        return Cut(name, kept(found, names))

    def _sources(self, file: RecordingFile, copy: str) -> Sequence[Path]:
        """What the player plays, as the PBX wrote it where that is still there: both legs, the mix, or our copy."""
        legs = [self.library.find(file, side) for side in ("agent", "customer")]
        there = [leg for leg in legs if leg is not None]
        if len(there) == len(legs):
            return there
        mix = self.library.find(file) or (self.library.stored / copy if copy else None)
        return [mix] if mix is not None and mix.is_file() else []

    async def remove(self, files: Iterable[str]) -> None:
        """Removes the files of clips. Raises OSError."""
        await asyncio.to_thread(self._remove, list(files))

    def _remove(self, files: Sequence[str]) -> None:
        for file in files:
            (self.folder / file).unlink(missing_ok=True)

    def left(self, now: Instant) -> list[str]:
        """Files that are older than the making of a clip takes; for threads."""
        found = self.folder.glob(f"*.{self.encoding}") if self.folder.is_dir() else ()
        parts = self.folder.glob(f".*{PART}") if self.folder.is_dir() else ()
        return [file.name for file in (*found, *parts) if now - file.stat().st_mtime > LEFT_SECONDS]
