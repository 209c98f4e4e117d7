"""Recordings that another machine sends: kept apart until they are whole and what was promised, then put in place."""

import asyncio
import errno
import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sqlalchemy import select

from callcenter.errors import BadInput, Conflict, NoRoom, NotFound, SetupFailed
from callcenter.floor.terms import Instant, PbxName, Seconds
from callcenter.recordings.audio import SIDE_ENDINGS
from callcenter.recordings.library import sha256_of
from callcenter.recordings.tables import RecordingDeletion
from callcenter.store.engine import Sessions
from callcenter.store.tables import recording_files

PARTS = ".incoming"
"""Below the folder of the recordings, so that a file that is whole is put in its place by its name alone."""
FORGOTTEN_SECONDS: Seconds = 2 * 86_400
"""A part to which nothing came for so long is thrown away."""
LONGEST_PATH, MOST_STEPS, LONGEST_STEP = 400, 12, 200
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Looked:
    """Of the files that were told: those that are not here, those whose time is over, and those of another size."""

    wanted: list[str]
    deleted: list[str]
    different: list[str]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Bytes of a file: from where, of how many in all, and the SHA-256 (hexadecimal) of the whole."""

    path: str
    size: int
    sha256: str
    offset: int
    content: bytes


@dataclass(frozen=True)
class Receiver:
    """Takes files into the folders of the recordings, by PBX."""

    sessions: Sessions
    folders: Mapping[PbxName, Path]
    clock: Callable[[], Instant] = time.time
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def look(self, pbx: str, root: str, sizes: Mapping[str, int]) -> Looked:
        """What is to be sent of these files, whose sizes are in bytes; `root` is what the PBX calls their folder.

        What retention deleted here is not taken again. Raises NotFound for a PBX, BadInput for a path.
        """
        folder = self._folder(pbx)
        places = {path: place_of(folder, path) for path in sizes}
        deleted = await self._deleted(pbx, root, list(sizes))
        there = await asyncio.to_thread(lambda: {path: _size(place) for path, place in places.items()})
        await asyncio.to_thread(_forget_parts, folder / PARTS, self.clock() - FORGOTTEN_SECONDS)
        open_ones = [path for path in sizes if path not in deleted]
        return Looked(
            wanted=[path for path in open_ones if there[path] is None],
            deleted=[path for path in sizes if path in deleted],
            different=[path for path in open_ones if there[path] not in (None, sizes[path])],
        )

    async def received(self, pbx: str, sha256: str) -> int:
        """How many bytes of the file with this SHA-256 are here. Raises NotFound for a PBX."""
        return await asyncio.to_thread(_size, self._part(pbx, sha256)) or 0

    async def take(self, pbx: str, piece: Piece) -> int:
        """Adds to a file, and puts it in its place when it is whole; the bytes that are here now.

        Raises BadInput for a path, or a file that is not what was promised (it begins again); Conflict where other
        bytes are expected, or another file has that name; NoRoom, SetupFailed.
        """
        part, place = self._part(pbx, piece.sha256), place_of(self._folder(pbx), piece.path)
        async with self._locks[str(part)]:
            try:
                received = await asyncio.to_thread(_take, part, place, piece)
            except OSError as error:
                raise _refused(error) from error
            if received == piece.size:
                del self._locks[str(part)]
            return received

    def _folder(self, pbx: str) -> Path:
        folder = self.folders.get(PbxName(pbx))
        if folder is None:
            raise NotFound(f"there is no PBX {pbx!r}")
        return folder

    def _part(self, pbx: str, sha256: str) -> Path:
        return self._folder(pbx) / PARTS / f"{sha256}.part"

    async def _deleted(self, pbx: str, root: str, paths: Sequence[str]) -> set[str]:
        named = {path: str(PurePosixPath(root) / _of_mix(path)) for path in paths}
        gone = (
            select(recording_files.c.path)
            .join(RecordingDeletion.__table__, RecordingDeletion.recording_id == recording_files.c.id)
            .where(recording_files.c.pbx == pbx, recording_files.c.path.in_(set(named.values())))
        )
        async with self.sessions() as session:
            found = set((await session.scalars(gone)).all())
        return {path for path, name in named.items() if name in found}


def place_of(folder: Path, path: str) -> Path:
    """Where the file with this path below the PBX's folder belongs here.

    Raises BadInput for anything but the plain path of a `.wav` file, and for one that a link would lead out.
    """
    steps = path.split("/")
    is_plain = all(
        step and not step.startswith(".") and step.isprintable() and len(step) <= LONGEST_STEP for step in steps
    )
    if not is_plain or len(path) > LONGEST_PATH or len(steps) > MOST_STEPS or not path.endswith(".wav"):
        raise BadInput(f"path: {path[:80]!r} is not the path of a .wav file below the folder", field="path")
    place = folder.joinpath(*steps)
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"path: {path!r} leads out of the folder", field="path")
    return place


def _of_mix(path: str) -> str:
    """The recording that a file belongs to: that of both sides."""
    stem = path.removesuffix(".wav")
    for ending in SIDE_ENDINGS.values():
        if ending and stem.endswith(ending):
            return f"{stem.removesuffix(ending)}.wav"
    return path


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _take(part: Path, place: Path, piece: Piece) -> int:
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        if file.tell() != piece.offset:
            raise Conflict(f"offset: {file.tell()} bytes of {piece.path} are here", field="offset")
        file.write(piece.content)
        file.flush()
        os.fsync(file.fileno())
        received = file.tell()
    if received == piece.size:
        _put(part, place, piece)
    return received


def _put(part: Path, place: Path, piece: Piece) -> None:
    if sha256_of(part) != piece.sha256:
        part.unlink()
        raise BadInput(f"sha256: what came of {piece.path} is not what was promised; send it again", field="sha256")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(part, place)  # unlike a rename it replaces nothing
    except FileExistsError:
        if sha256_of(place) != piece.sha256:
            raise Conflict(f"path: another file {piece.path} is here already", field="path") from None
    finally:
        part.unlink()


def _forget_parts(parts: Path, before: Instant) -> None:
    for part in parts.glob("*.part"):
        if part.stat().st_mtime < before:
            part.unlink(missing_ok=True)


def _refused(error: OSError) -> NoRoom | SetupFailed:
    if error.errno in NO_SPACE:
        return NoRoom("the disk of the recordings is full")
    return SetupFailed(f"the folder of the recordings cannot be written: {error.strerror}")
