"""The first administrator is made by whoever can read a file of the server, once."""

import asyncio
import stat
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from callcenter.accounts import service
from callcenter.accounts.first_run import FirstRun
from callcenter.accounts.first_run_api import first_run_routes
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser
from tests.accounts.browsers import browser, stranger
from tests.accounts.conftest import SECRET

PLACE = "/api/first-run"
ROOT = {"username": "root", "name": "Root", "password": SECRET}


@pytest.fixture
async def door(web: FastAPI, access: Access, tmp_path: Path) -> FirstRun:
    """The door of an app, closed as yet; `ada` is a supervisor."""
    door = FirstRun(access, tmp_path)
    web.include_router(first_run_routes(door))
    return door


async def _post(web: FastAPI, **fields: str) -> httpx.Response:
    async with stranger(web) as panel:
        return await panel.post(PLACE, json=ROOT | fields)


async def _is_needed(web: FastAPI) -> bool:
    async with stranger(web) as panel:
        return bool((await panel.get(PLACE)).json()["is_needed"])


async def test_whoever_reads_the_file_becomes_the_administrator(web: FastAPI, door: FirstRun) -> None:
    assert await door.open()
    assert await _is_needed(web)
    assert stat.S_IMODE(door.file.stat().st_mode) == 0o600
    word = door.file.read_text().strip()
    assert (await _post(web, word=f" {word.upper()} ")).status_code == 204
    assert not await _is_needed(web)
    assert not door.file.exists()
    async with browser(web, "root") as root:
        assert (await root.get("/api/session")).json()["user"]["roles"] == ["admin"]
    assert (await _post(web, word=word, username="eve")).status_code == 409
    assert not await door.open(), "the next start finds an administrator"


async def test_a_wrong_word_makes_nobody(web: FastAPI, door: FirstRun, access: Access) -> None:
    await door.open()
    for word in ("a", "k7wm-k7wm-k7wm-k7wm", "\u00e9"):
        answer = await _post(web, word=word)
        assert (answer.status_code, answer.json()["field"]) == (403, "word")
    assert [user.username for user in await service.users(access)] == ["ada"]
    assert await _is_needed(web)


async def test_what_cannot_be_a_user_leaves_the_door_open(web: FastAPI, door: FirstRun) -> None:
    await door.open()
    word = door.file.read_text()
    for fields, field in (({"password": "short"}, "password"), ({"username": "a b"}, "username")):
        answer = await _post(web, word=word, **fields)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await _post(web, word=word, username="ada")).status_code == 409
    assert (await _post(web, word=word)).status_code == 204


async def test_the_door_is_shut_where_somebody_can_sign_in(web: FastAPI, door: FirstRun, access: Access) -> None:
    await door.open()
    word = door.file.read_text()
    await service.add_user(access, NewUser("boss", SECRET, (Role.ADMIN,)))
    assert (await _post(web, word=word)).status_code == 409
    assert not door.file.exists()
    assert not await door.open()


async def test_of_two_at_once_one_becomes_administrator(web: FastAPI, door: FirstRun, access: Access) -> None:
    await door.open()
    word = door.file.read_text()
    answers = await asyncio.gather(*(_post(web, word=word, username=f"root{nth}") for nth in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]
    assert sum("admin" in user.roles for user in await service.users(access)) == 1


async def test_a_word_is_new_at_each_start(door: FirstRun) -> None:
    await door.open()
    first = door.file.read_text()
    await door.open()
    assert door.file.read_text() != first


async def test_another_sites_page_cannot_knock(web: FastAPI, door: FirstRun) -> None:
    await door.open()
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as foreign:
        answer = await foreign.post(PLACE, json=ROOT | {"word": door.file.read_text()})
    assert answer.status_code == 403
