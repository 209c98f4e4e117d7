"""What leaves the panel, exports of recordings and wallboards, as each scope makes and sees them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from callcenter.accounts.tables import User
from callcenter.app import App
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.store.engine import make_sessions
from callcenter.store.tables import recording_files
from tests.databases import SqliteFiles
from tests.scoping import PBX, SCOPES, centre, looking, told

ORDER = {"search": {}, "reason": "asked for by the client"}


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    async with centre(await sqlite.new_database(), tmp_path) as app:
        yield app


async def _ordered(app: App, name: str) -> int:
    async with looking(app, name) as client:
        answer = await client.post("/api/recording-exports", json=ORDER)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


async def _packed(app: App, export_id: int) -> set[str]:
    """The calls that an export holds."""
    files = recording_files.c
    wanted = select(files.call_id).join(ExportPart, ExportPart.recording_id == files.id)
    async with make_sessions(app.engine)() as session:
        return {*await session.scalars(wanted.where(ExportPart.export_id == export_id))}


async def test_an_export_holds_what_is_inside(app: App) -> None:
    for name, calls in {"team": {"1.0"}, "queue": {"1.0"}, "both": {"1.0"}, "all": {"1.0", "2.0"}}.items():
        async with looking(app, name) as client:
            assert (await told(client, "/recording-exports/estimate"))["recordings"] == len(calls), name
        assert await _packed(app, await _ordered(app, name)) == calls, name
    async with looking(app, "other") as client:
        assert (await client.post("/api/recording-exports", json=ORDER)).status_code == 422


async def test_of_a_limited_scope_one_sees_ones_own_exports(app: App) -> None:
    made = {name: await _ordered(app, name) for name in ("all", "team", "both")}
    for name in SCOPES:
        async with looking(app, name) as client:
            seen = {each["id"] for each in (await told(client, "/recording-exports"))["exports"]}
            assert seen == ({*made.values()} if name == "all" else {made[name]} if name in made else set()), name
            for number in {*made.values()} - seen:
                where = f"/api/recording-exports/{number}"
                asked = (client.get(where), client.get(f"{where}/file"), client.delete(where))
                for answer in [await each for each in (*asked, client.post(f"{where}/cancel"))]:
                    assert answer.status_code == 404, (name, number, answer.text)
                    assert answer.json()["detail"] == f"there is no export {number}"


async def test_an_export_of_a_wider_scope_is_not_given_any_more(app: App) -> None:
    export_id = await _ordered(app, "all")
    async with make_sessions(app.engine).begin() as session:
        row = await session.get_one(RecordingExport, export_id)
        scope = {"teams": ["Team A"], "queues": []}
        await session.execute(update(User).where(User.id == row.user_id).values(scope=scope))
    async with looking(app, "all") as client:
        answer = await client.get(f"/api/recording-exports/{export_id}/file")
        assert answer.status_code == 403, answer.text
        assert "does not see any more" in answer.text


# --- wallboards ---------------------------------------------------------------------------------------------------


async def _boards(app: App) -> dict[str, Any]:
    boards = {"Sales": [f"{PBX}/sales"], "Support": [f"{PBX}/support"], "Both": [f"{PBX}/sales", f"{PBX}/support"]}
    made: dict[str, Any] = {}
    async with looking(app, "all") as client:
        for board, queues in (boards | {"All": []}).items():
            answer = await client.post("/api/wallboards", json={"name": board, "queues": queues})
            assert answer.status_code == 201, answer.text
            made[board] = answer.json()["id"]
    return made


async def test_boards_are_those_of_which_one_sees_all_queues(app: App) -> None:
    made = await _boards(app)
    for name in SCOPES:
        inside = {*made} if name == "all" else {"Sales"} if name in ("queue", "both") else set[str]()
        async with looking(app, name) as client:
            assert {board["name"] for board in (await told(client, "/wallboards"))["wallboards"]} == inside, name
            for board in {*made} - inside:
                where = f"/api/wallboards/{made[board]}"
                assert (await client.post(f"{where}/link")).status_code == 404, (name, board)
                assert (await client.delete(where)).status_code == 404, (name, board)
    async with looking(app, "queue") as client:
        assert (await client.post(f"/api/wallboards/{made['Sales']}/link")).status_code == 200
        assert (await client.delete(f"/api/wallboards/{made['Sales']}")).status_code == 204


async def test_a_board_is_made_of_ones_queues(app: App) -> None:
    async with looking(app, "queue") as client:
        for queues in ([], [f"{PBX}/support"], [f"{PBX}/sales", f"{PBX}/support"]):
            answer = await client.post("/api/wallboards", json={"name": "Mine", "queues": queues})
            assert (answer.status_code, answer.json()["field"]) == (422, "queues"), answer.text
        answer = await client.post("/api/wallboards", json={"name": "Mine", "queues": [f"{PBX}/sales"]})
        assert answer.status_code == 201, answer.text
