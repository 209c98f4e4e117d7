"""No number leaves the server for who sees them masked: every route that reads, each file of it, and the live feed."""

import asyncio
import io
import json
import re
import socket
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import httpx
import pytest
from sqlalchemy import update
from websockets.asyncio.client import connect

from callcenter.accounts.api import COOKIE
from callcenter.accounts.keys import make_key
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, account_named, add_user, open_session
from callcenter.app import App, running
from callcenter.dialer.tables import Attempt
from callcenter.floor.facts import VisitOutcome
from callcenter.forms.tables import FormAnswer, FormRecord
from callcenter.quality.tables import Review, ReviewStep
from callcenter.serving import served
from callcenter.settings import AgentSettings, PbxSettings, PrivacySettings, QueueSettings, Settings
from tests.erasure.conftest import PLAIN, facts_of_person, write_rows
from tests.facts import NOON, a_call, a_visit, one_of_each
from tests.serving import PANEL, PASSWORD
from tests.test_odd_input import Asked, requests_of

CALLER = a_call().number
assert CALLER == PLAIN
NUMBERS = ("4930123456", "4930123457", "4930123458", CALLER)
"""Those that the requests of tests/test_odd_input.py name, and that of the facts."""

WORDS = f"They said: call {CALLER}, or +49 30 123 456 in the evening"
IN_WORDS = ("note", "comment", "reason", "name", "next_step", "text", "value", "consent_how", "description", "title")
"""Fields in which people may write a number."""

NOT_SEEDED = ("/api/session", "/api/first-run", "/api/erasures", "/api/emergency-stop", "/merges")
DAY = {"from": "2025-11-22", "to": "2025-11-22"}
"""Of the facts."""

Document = dict[str, Any]


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    settings = Settings(
        database_url=storage_url,
        data_folder=tmp_path,
        pbxs=(PbxSettings(name=a_call().pbx),),
        queues={"support": QueueSettings(), "service": QueueSettings()},
        agents=(AgentSettings(number="1", name="Ada"),),
        privacy=PrivacySettings(masked_for=("agent", "qa")),
    )
    async with running(settings) as app:
        await add_user(app.access, NewUser("ada", PASSWORD, (Role.ADMIN,), agent_number="1"))
        gave_up = {"channel_id": "1763812800.9", "outcome": VisitOutcome.ABANDONED, "caller_name": CALLER}
        app.recorder.note([*one_of_each(), *facts_of_person(), a_visit(**gave_up)])
        await app.recorder.flush()
        yield app


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL) as client:
        yield client


async def _key(app: App, *, sees_numbers: bool) -> dict[str, str]:
    """Everything that an administrator may, with or without numbers."""
    account = await account_named(app.access, "ada")
    assert account is not None
    permissions = account.permissions if sees_numbers else account.permissions - {"see_numbers"}
    _, secret = await make_key(app.access, account, f"numbers: {sees_numbers}", [*permissions], None)
    return {"Authorization": f"Bearer {secret}"}


# --- what is there to be told -----------------------------------------------------------------------------------


async def _write_rows(app: App, _client: httpx.AsyncClient) -> None:
    """A person of whom each room holds something, and what people wrote about the calls."""
    await write_rows(app.access.sessions)
    async with app.access.sessions.begin() as session:
        remark = {"text": WORDS, "at": None, "recording_id": None}
        await session.execute(update(Review).values(notes={"a": remark}, comments=[remark]))
        session.add(
            ReviewStep(review_id=1, at=NOON, step="acknowledge", username="a", comment=WORDS, state="published")
        )
        await session.execute(update(FormRecord).values(note=WORDS))
        await session.execute(update(FormAnswer).where(FormAnswer.kind == "text").values(value=WORDS))


async def _send_requests(app: App, client: httpx.AsyncClient) -> None:
    """Everything that requests make, with numbers wherever people write them."""
    account = await account_named(app.access, "ada")
    assert account is not None
    client.headers["Cookie"] = f"{COOKIE}={await open_session(app.access, account, 'here')}"
    keys = count(1)
    for asked in requests_of(app.web.openapi()):
        if asked.method in ("POST", "PUT") and not any(part in asked.path for part in NOT_SEEDED):
            for one in (replace(asked, body=_worded(asked.body)), asked):
                headers = {"Idempotency-Key": str(next(keys))}
                answer = await client.request(one.method, one.address, headers=headers, **_sent(one))
                if answer.status_code < 300:
                    break
    del client.headers["Cookie"]


def _worded(body: Any) -> Any:
    if isinstance(body, dict):
        return {
            name: WORDS if name in IN_WORDS and isinstance(value, str) else _worded(value)
            for name, value in body.items()
        }
    return [_worded(value) for value in body] if isinstance(body, list) else body


def _sent(one: Asked) -> dict[str, Any]:
    if one.file is not None:
        return {"files": {"file": (f"{CALLER}.csv", f"number\n{CALLER}0000000\n+4930123456\n".encode())}}
    return {} if one.body is None else {"json": one.body}


def _reads(described: Document) -> Iterator[str]:
    """The address of each route that reads, with no more conditions than it needs."""
    for asked in requests_of(described):
        if asked.method == "GET" and not asked.path.endswith("/file"):
            parameters = described["paths"][asked.path]["get"].get("parameters", ())
            needed = {one["name"] for one in parameters if one["in"] == "query" and one.get("required")}
            query = {name: value for name, value in asked.query.items() if name in needed}
            yield replace(asked, query=query | {name: DAY[name] for name in DAY if name in needed}).address


# --- what is told -----------------------------------------------------------------------------------------------


def _all_of(answer: httpx.Response) -> str:
    """Headers and body, unpacked."""
    body = answer.content
    if is_zipfile(io.BytesIO(body)):
        with ZipFile(io.BytesIO(body)) as archive:
            texts = [archive.read(name).decode() for name in archive.namelist()]
    else:
        texts = [body.decode(errors="replace")]
    return "\n".join([*(f"{name}: {value}" for name, value in answer.headers.items()), *texts])


def _tells(text: str) -> bool:
    """Whether one of the numbers stands there, however it is spaced and in whichever digits."""
    plain = re.sub(r"(?<=\d)[ ()./\-\u00a0]+(?=\d)", "", unicodedata.normalize("NFKC", text))
    return any(number[-8:] in plain for number in NUMBERS)


def _strings(told: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(told, str):
        yield place, told
    parts = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for step, part in parts:
        yield from _strings(part, f"{place}.{step}")


@pytest.mark.parametrize(("seed", "fewest"), [(_write_rows, 30), (_send_requests, 28)])
async def test_no_route_tells_a_number_to_who_sees_them_masked(
    app: App, client: httpx.AsyncClient, seed: Callable[..., Awaitable[None]], fewest: int
) -> None:
    await seed(app, client)
    full, masked = await _key(app, sees_numbers=True), await _key(app, sees_numbers=False)
    shown = []
    for address in _reads(app.web.openapi()):
        in_full = await client.get(address, headers=full)
        answer = await client.get(address, headers=masked)
        assert not _tells(_all_of(answer)), address
        if _tells(_all_of(in_full)):
            shown.append(address)
            assert answer.status_code == in_full.status_code, address
        if answer.status_code < 300 and answer.headers["content-type"] == "application/json":
            _check_only_numbers_are_masked(address, in_full.json(), answer.json())
    assert len(shown) >= fewest, f"numbers were told at {len(shown)} addresses only: {shown}"


def _check_only_numbers_are_masked(address: str, in_full: Any, masked: Any) -> None:
    told = dict(_strings(masked))
    for place, text in _strings(in_full):
        if "*" in told.get(place, "") and "*" not in text:
            assert _tells(text) or re.search(r"\d{12}", text), f"{address}{place}: {text!r} is {told[place]!r}"


# --- the live feed and requests ---------------------------------------------------------------------------------


async def _signed_in(app: App, *roles: Role) -> dict[str, str]:
    username = "-".join(roles)
    await add_user(app.access, NewUser(username, PASSWORD, roles))
    account = await account_named(app.access, username)
    assert account is not None
    return {"Cookie": f"{COOKIE}={await open_session(app.access, account, 'here')}"}


async def test_the_live_feed_tells_each_its_own(app: App) -> None:
    visit = {"pbx": "pbx1", "queue": "service", "call_id": "1763812800.1", "position": 1}
    app.hub.put("visits", "pbx1/1763812800.1/service/1", visit | {"number": CALLER, "caller_name": f"W {CALLER}"})
    app.hub.put("seats", "pbx1/PJSIP/20261127", {"interface": "PJSIP/20261127", "agent_number": "20261127"})
    app.hub.flush()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"ws://127.0.0.1:{listener.getsockname()[1]}/api/live"
        async with served(app.web, listener):
            in_full = await _snapshot(address, await _signed_in(app, Role.SUPERVISOR))
            masked = await _snapshot(address, await _signed_in(app, Role.AGENT))
            both = await _snapshot(address, await _signed_in(app, Role.SUPERVISOR, Role.AGENT))
    assert in_full["visits"]["pbx1/1763812800.1/service/1"]["number"] == CALLER
    assert both["visits"] == in_full["visits"]
    seen = {"number": "138****8000", "caller_name": "W 138****8000"}
    assert masked["visits"] == {"pbx1/1763812800.1/service/1": visit | seen}
    assert masked["seats"]["pbx1/PJSIP/20261127"] == in_full["seats"]["pbx1/PJSIP/20261127"]


async def _snapshot(address: str, headers: dict[str, str]) -> dict[str, Any]:
    async with asyncio.timeout(30), connect(address, additional_headers=headers) as client:
        entities: dict[str, Any] = json.loads(await client.recv())["entities"]
        return entities


async def test_errors_are_masked_and_masks_are_refused(app: App, client: httpx.AsyncClient) -> None:
    client.headers.update(await _signed_in(app, Role.QA))
    ordered = {"search": {"number": "138****8000"}, "reason": "x"}
    answer = await client.post("/api/recording-exports", json=ordered)
    assert (answer.status_code, answer.json()["field"]) == (422, "search.number")
    answer = await client.get("/api/calls", params={"number": "138****8000"})
    assert (answer.status_code, answer.json()["field"]) == (422, "number")
    answer = await client.get(f"/api/calls/pbx1/{CALLER}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "138****8000" in answer.json()["detail"]
    answer = await client.post("/api/recording-exports", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/api/calls", {"number": "0138000"}, 422),
        ("/api/calls", {"number": CALLER}, 200),
        ("/api/calls", {"number": f"+86{CALLER}"}, 200),
        ("/api/recording-exports/estimate", {"number": "8000"}, 422),
        ("/api/customers", {"name": "138"}, 403),
        ("/api/customers", {"name": "Wang １３８"}, 403),
        ("/api/customers", {"name": "Wang 2"}, 200),
        ("/api/customers", {"number": CALLER}, 200),
        ("/api/customer-lookup", {"number": CALLER}, 200),
        ("/api/clips", {"text": "0138"}, 403),
        ("/api/clips", {"text": "hello"}, 200),
    ],
)
async def test_nothing_is_found_by_a_part_of_a_number(
    app: App, client: httpx.AsyncClient, path: str, params: dict[str, str], status: int
) -> None:
    client.headers.update(await _signed_in(app, Role.QA))
    answer = await client.get(path, params=params)
    assert answer.status_code == status, answer.text
    if path == "/api/calls" and status == 200:
        assert "138****8000" in {call["number"] for call in answer.json()["calls"]}


async def test_the_do_not_call_list_is_not_searched_by_beginnings(app: App, client: httpx.AsyncClient) -> None:
    masked, in_full = await _key(app, sees_numbers=False), await _key(app, sees_numbers=True)
    for headers, status in ((masked, 403), (in_full, 200)):
        answer = await client.get("/api/do-not-call", params={"number": "+86138"}, headers=headers)
        assert answer.status_code == status
    assert (await client.get("/api/do-not-call", headers=masked)).status_code == 200


async def test_a_record_that_comes_back_masked_is_kept_as_it_was(app: App, client: httpx.AsyncClient) -> None:
    await _write_rows(app, client)
    async with app.access.sessions.begin() as session:
        await session.execute(update(Attempt).values(answered_at=NOON + 10))
    masked, in_full = await _key(app, sees_numbers=False), await _key(app, sees_numbers=True)
    record = (await client.get("/api/attempts/1/sheet", headers=masked)).json()["record"]
    assert "138****8000" in record["note"]
    body = {"form_id": 1, "result": "refused", "note": record["note"], "next_step": "none"}
    answer = await client.put("/api/attempts/1/record", headers=masked, json=body)
    assert answer.status_code == 200, answer.text
    kept = (await client.get("/api/attempts/1/sheet", headers=in_full)).json()["record"]
    assert (kept["note"], kept["result"]) == (WORDS, "refused")
    answer = await client.put("/api/attempts/1/record", headers=masked, json=body | {"next_step": "138****8001"})
    assert (answer.status_code, answer.json()["field"]) == (422, "next_step")
