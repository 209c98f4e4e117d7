"""Sends recordings from the PBX's machine to a server elsewhere: whole files only, going on where it was broken off."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from callcenter.errors import BadInput, CallCenterError, Conflict, NotAllowed, NotSignedIn, SetupFailed
from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.library import is_being_written, sha256_of

BATCH = 500
PIECE_BYTES = 2**20
TIMEOUT_SECONDS: Seconds = 60
DAY_SECONDS: Seconds = 86_400

Told = Callable[[str, int], None]


class NotSent(CallCenterError):
    """Some files could not be sent; its text says which and why. Sending again goes on with them."""

    code = "not_sent"


@dataclass
class Round:
    """What one look at the folder came to; `failed` says why, by path."""

    sent: int = 0
    bytes: int = 0
    removed: int = 0
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shipper:
    """Sends what is in a PBX's folder. `keep_days` after it was written a file that the server has is removed here, and
    at once what retention deleted there; None removes nothing."""

    http: httpx.Client
    pbx: str
    folder: Path
    keep_days: float | None = None
    clock: Callable[[], Instant] = time.time

    def send(self, told: Told = lambda path, count: None) -> Round:
        """Sends what the server does not have; `told` hears which file goes on by how many bytes.

        Raises SetupFailed where the server cannot be reached or refuses this key, and for a folder that is not there.
        """
        done = Round()
        whole = self._whole()
        for start in range(0, len(whole), BATCH):
            sizes = {path: size for path in whole[start : start + BATCH] if (size := self._size(path)) is not None}
            looked = self._ask("POST", "", json={"root": str(self.folder), "sizes": sizes})
            done.failed |= dict.fromkeys(looked["different"], "another file of this name is on the server")
            for path in looked["wanted"]:
                self._send_or_note(path, done, told)
            absent = {*looked["wanted"], *looked["different"], *looked["deleted"]}
            done.removed += self._remove(looked["deleted"], (path for path in sizes if path not in absent))
        return done

    def _whole(self) -> list[str]:
        """The files that nobody writes any more, the oldest first."""
        if not self.folder.is_dir():
            raise SetupFailed(f"{self.folder} is not a folder", field="folder")
        found = [path.relative_to(self.folder) for path in self.folder.rglob("*.wav") if path.is_file()]
        shown = sorted(str(path) for path in found if not any(step.startswith(".") for step in path.parts))
        return [path for path in shown if not is_being_written(self.folder / path, self.clock())]

    def _size(self, path: str) -> int | None:
        try:
            return (self.folder / path).stat().st_size
        except FileNotFoundError:
            return None

    def _send_or_note(self, path: str, done: Round, told: Told) -> None:
        try:
            done.bytes += self._send(path, told)
            done.sent += 1
        except (BadInput, Conflict) as error:
            done.failed[path] = error.message
        except OSError as error:
            done.failed[path] = error.strerror or str(error)

    def _send(self, path: str, told: Told) -> int:
        sha256 = sha256_of(self.folder / path)
        with (self.folder / path).open("rb") as file:
            size = file.seek(0, 2)
            offset = int(self._ask("GET", f"/parts/{sha256}")["received"])
            told(path, offset)
            file.seek(offset)
            while True:
                place = {"size": size, "sha256": sha256, "offset": offset}
                piece = file.read(PIECE_BYTES)
                self._ask("PUT", f"/files/{quote(path)}", params=place, content=piece)
                offset += len(piece)
                told(path, len(piece))
                if offset >= size or not piece:
                    return size

    def _remove(self, deleted: Sequence[str], kept: Iterable[str]) -> int:
        if self.keep_days is None:
            return 0
        before = self.clock() - self.keep_days * DAY_SECONDS
        old = [path for path in kept if (self.folder / path).stat().st_mtime <= before]
        for path in (*deleted, *old):
            (self.folder / path).unlink(missing_ok=True)
        return len(deleted) + len(old)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        try:
            answer = self.http.request(method, f"api/shipments/{quote(self.pbx, safe='')}{path}", **how)
        except httpx.HTTPError as error:
            raise SetupFailed(f"{self.http.base_url} cannot be reached: {error}", field="to") from error
        if answer.is_success:
            return answer.json()
        raise _failure(answer)


def _failure(answer: httpx.Response) -> CallCenterError:
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = "it is no callcenter server, or something stands between"
    kinds = {kind.status: kind for kind in (BadInput, Conflict, NotSignedIn, NotAllowed)}
    kind = kinds.get(answer.status_code, SetupFailed)
    text = detail if kind in (BadInput, Conflict) else f"{answer.url.host} answers {answer.status_code}: {detail}"
    return kind(text)
