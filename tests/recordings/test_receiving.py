"""Recordings that a PBX's machine sends: in pieces, checked, in their place when whole, and nowhere else."""

import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.recordings.receiving import FORGOTTEN_SECONDS, Receiver
from callcenter.recordings.receiving_api import LARGEST_PIECE, receiving_routes
from callcenter.recordings.tables import RecordingDeletion
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_recording
from tests.web import Site

SHIPMENTS = "/api/shipments/pbx1"
CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATH = "2026/11/27/pbx1-1.wav"
ROOT = "/var/spool/asterisk/monitor"


@pytest.fixture
def site(sessions: Sessions, folder: Path) -> Site:
    return Site(sessions, receiving_routes(Receiver(sessions, {"pbx1": folder}, lambda: NOON)))


@pytest.fixture
async def sender(site: Site) -> AsyncIterator[AsyncClient]:
    """Who may send recordings."""
    async with await site.client(Role.ADMIN) as client:
        client.headers["X-Requested-With"] = "callcenter"
        yield client


def kept(folder: Path) -> dict[str, bytes]:
    """What is below the folder, with what has come of files that are not whole."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def keep(folder: Path, path: str, content: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)


def link_to(folder: Path, path: str, elsewhere: Path) -> None:
    (folder / path).symlink_to(elsewhere)


async def put(client: AsyncClient, content: bytes, offset: int = 0, path: str = PATH, **other: Any) -> tuple[int, Any]:
    place: dict[str, Any] = {"size": len(CONTENT), "sha256": SHA256, "offset": offset} | other
    answer = await client.put(f"{SHIPMENTS}/files/{path}", params=place, content=content)
    return answer.status_code, answer.json()


async def test_a_file_comes_in_pieces_and_is_in_its_place_when_it_is_whole(sender: AsyncClient, folder: Path) -> None:
    sizes = {PATH: len(CONTENT)}
    look = {"root": ROOT, "sizes": sizes}
    assert (await sender.post(SHIPMENTS, json=look)).json() == {"wanted": [PATH], "deleted": [], "different": []}
    assert await put(sender, CONTENT[:4000]) == (200, {"received": 4000})
    assert PATH not in kept(folder)
    assert (await sender.get(f"{SHIPMENTS}/parts/{SHA256}")).json() == {"received": 4000}
    assert await put(sender, CONTENT[4000:], 4000) == (200, {"received": len(CONTENT)})
    assert kept(folder) == {PATH: CONTENT}
    assert (await sender.post(SHIPMENTS, json=look)).json()["wanted"] == []
    other = look | {"sizes": {PATH: 7}}
    assert (await sender.post(SHIPMENTS, json=other)).json() == {"wanted": [], "deleted": [], "different": [PATH]}


async def test_a_piece_from_elsewhere_is_refused_and_says_what_is_here(sender: AsyncClient, folder: Path) -> None:
    await put(sender, CONTENT[:4000])
    status, problem = await put(sender, CONTENT[5000:6000], 5000)
    assert (status, problem["field"]) == (409, "offset")
    assert "4000 bytes" in problem["detail"]
    status, problem = await put(sender, CONTENT + b"x")
    assert (status, problem["field"]) == (422, "size")
    assert (await sender.get(f"{SHIPMENTS}/parts/{SHA256}")).json() == {"received": 4000}


async def test_what_is_not_as_promised_is_thrown_away(sender: AsyncClient, folder: Path) -> None:
    status, problem = await put(sender, CONTENT[:-1] + b"!")
    assert (status, problem["field"]) == (422, "sha256")
    assert kept(folder) == {}
    assert (await sender.get(f"{SHIPMENTS}/parts/{SHA256}")).json() == {"received": 0}


async def test_a_file_that_is_here_is_never_replaced(sender: AsyncClient, folder: Path) -> None:
    keep(folder, PATH, b"another")
    status, problem = await put(sender, CONTENT)
    assert (status, problem["field"]) == (409, "path")
    assert kept(folder) == {PATH: b"another"}
    keep(folder, PATH, CONTENT)
    assert (await put(sender, CONTENT))[0] == 200


async def test_an_empty_file_arrives(sender: AsyncClient, folder: Path) -> None:
    nothing = hashlib.sha256(b"").hexdigest()
    assert await put(sender, b"", size=0, sha256=nothing) == (200, {"received": 0})
    assert kept(folder) == {PATH: b""}


BAD_PATHS = [
    "../out.wav", "a/../../out.wav", "/etc/out.wav", "a//b.wav", "./a.wav", ".hidden/a.wav", "a.mp3", "a.wav/", "",
    "a\0b.wav", "a\nb.wav", f"{'a' * 201}.wav", "/".join(["a"] * 13) + ".wav",
]  # fmt: skip


@pytest.mark.parametrize("path", BAD_PATHS)
async def test_a_path_that_is_none_is_refused(sender: AsyncClient, folder: Path, path: str) -> None:
    answer = await sender.post(SHIPMENTS, json={"root": ROOT, "sizes": {"good.wav": 1, path: 1}})
    assert (answer.status_code, answer.json()["field"]) == (422, "path")


async def test_a_path_in_the_address_leads_nowhere_else(sender: AsyncClient, folder: Path, tmp_path: Path) -> None:
    for path in ("%2e%2e/out.wav", "a/%2e%2e/%2e%2e/out.wav", "%2Fetc/out.wav"):
        assert (await put(sender, CONTENT, path=path))[0] == 422
    keep(tmp_path, "elsewhere/there", b"")
    keep(folder, "here", b"")
    link_to(folder, "link", tmp_path / "elsewhere")
    status, problem = await put(sender, CONTENT, path="link/out.wav")
    assert (status, problem["field"]) == (422, "path")
    assert not [path for path in kept(tmp_path) if path.endswith("out.wav")]


async def test_what_retention_deleted_is_not_taken_again(
    sender: AsyncClient, engine: AsyncEngine, sessions: Sessions
) -> None:
    recorder = Recorder(engine)
    recorder.note([a_recording(path=f"{ROOT}/{PATH}"), a_recording(path=f"{ROOT}/other.wav")])
    await recorder.flush()
    about = {"how": "nightly", "rule_scope": "all", "rule_subject": "", "rule_days": 1, "files": 1, "bytes": 1}
    async with sessions.begin() as session:
        session.add(RecordingDeletion(recording_id=1, pbx="pbx1", call_id="1", at=NOON, sha256="", **about))
    side = PATH.replace(".wav", "_agent.wav")
    answer = await sender.post(SHIPMENTS, json={"root": ROOT, "sizes": {PATH: 1, side: 1, "other.wav": 1}})
    assert answer.json() == {"wanted": ["other.wav"], "deleted": [PATH, side], "different": []}


async def test_a_part_that_is_forgotten_is_thrown_away(sender: AsyncClient, folder: Path) -> None:
    await put(sender, CONTENT[:10])
    [part] = kept(folder)
    for age, is_there in ((FORGOTTEN_SECONDS - 1, True), (FORGOTTEN_SECONDS + 1, False)):
        os.utime(folder / part, (NOON - age, NOON - age))
        assert (await sender.post(SHIPMENTS, json={"root": ROOT, "sizes": {}})).status_code == 200
        assert (part in kept(folder)) is is_there


@pytest.mark.parametrize(
    ("field", "value"), [("size", -1), ("size", 2**33), ("sha256", "../x"), ("sha256", "A" * 64), ("offset", "one")]
)
async def test_a_bad_place_names_its_field(sender: AsyncClient, folder: Path, field: str, value: object) -> None:
    other: dict[str, Any] = {field: value}
    status, problem = await put(sender, CONTENT, **other)
    assert (status, problem["field"]) == (422, field)
    assert kept(folder) == {}


async def test_a_piece_that_is_too_large_is_refused(sender: AsyncClient, folder: Path) -> None:
    status, problem = await put(sender, bytes(LARGEST_PIECE + 1), size=2**31)
    assert (status, "at most" in problem["detail"]) == (422, True)
    assert kept(folder) == {}


async def test_no_such_pbx(sender: AsyncClient) -> None:
    assert (await sender.post("/api/shipments/nowhere", json={"root": "/", "sizes": {}})).status_code == 404
    assert (await sender.get(f"/api/shipments/nowhere/parts/{SHA256}")).status_code == 404


async def test_a_folder_that_cannot_be_written_says_so(sender: AsyncClient, folder: Path) -> None:
    keep(folder.parent, folder.name, b"no folder")
    status, problem = await put(sender, CONTENT)
    assert (status, problem["code"]) == (500, "setup_failed")
    assert "cannot be written" in problem["detail"]


@pytest.mark.parametrize("role", [None, Role.AGENT, Role.SUPERVISOR, Role.QA])
async def test_others_send_nothing(site: Site, folder: Path, role: Role | None) -> None:
    client = site.stranger() if role is None else await site.client(role)
    client.headers["X-Requested-With"] = "callcenter"
    async with client:
        refused = 401 if role is None else 403
        assert (await put(client, CONTENT))[0] == refused
        assert (await client.post(SHIPMENTS, json={"root": "/", "sizes": {}})).status_code == refused
        assert (await client.get(f"{SHIPMENTS}/parts/{SHA256}")).status_code == refused
    assert kept(folder) == {}
