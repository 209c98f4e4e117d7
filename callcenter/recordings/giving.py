"""Answers with a file that is no file of this machine, whole or by ranges, just as with one that is."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse
from typing_extensions import override

from callcenter.recordings.storing import PIECE_BYTES, Found, Readable


class _Reading:
    """What Starlette reads from: a place in the file."""

    def __init__(self, readable: Readable) -> None:
        self._readable = readable
        self._at = 0

    async def seek(self, place: int) -> None:
        self._at = place

    async def read(self, size: int) -> bytes:
        content = await asyncio.to_thread(self._readable.read, self._at, self._at + size)
        self._at += len(content)
        return content


class ReadableResponse(FileResponse):
    """A FileResponse (ranges, If-Range, HEAD) of anything that can be read."""

    chunk_size = PIECE_BYTES

    def __init__(
        self, readable: Readable, *, headers: Mapping[str, str], media_type: str, filename: str | None = None
    ) -> None:
        found = readable.found
        tag = {"ETag": f'"{found.version}"'} if found.version else {}
        stat = _stat(found)
        super().__init__("", headers={**headers, **tag}, media_type=media_type, filename=filename, stat_result=stat)
        self._readable = readable

    @asynccontextmanager
    @override
    async def _open_file(self) -> AsyncIterator[Any]:
        yield _Reading(self._readable)


def giving(
    file: Path | Readable, *, headers: Mapping[str, str], media_type: str, filename: str | None = None
) -> FileResponse:
    """The answer with a file, of this machine or not."""
    if isinstance(file, Path):
        return FileResponse(file, headers=headers, media_type=media_type, filename=filename)
    return ReadableResponse(file, headers=headers, media_type=media_type, filename=filename)


def _stat(found: Found) -> os.stat_result:
    at = found.modified_at
    return os.stat_result((0o100600, 0, 0, 1, 0, 0, found.size, at, at, at))
