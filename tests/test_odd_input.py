"""Odd values in every place of every request: the server refuses them in words and never fails."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from callcenter.accounts.api import COOKIE
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, account_named, add_user, open_session
from callcenter.app import App, running
from callcenter.settings import AgentSettings, PauseReason, PbxSettings, QueueSettings, Settings
from tests.facts import a_call, one_of_each
from tests.serving import PANEL, PASSWORD

Document = Mapping[str, Any]
Steps = tuple[str | int, ...]

NUL, SURROGATE = "a\x00b", "\ud800"
STRINGS = (NUL, SURROGATE, "9999-12-31", "x" * 70_000)
NUMBERS = (2**63, 10**30, -1e308, float("nan"), float("inf"))
IN_ADDRESS = ("%00", "%ff", "9999-12-31", "-1", str(2**31), str(2**63), "1e308", "nan")
FILES = (
    (NUL, b"number\n1\n"),
    ("x" * 3_000, b"number\n1\n"),
    ("a.csv", b""),
    ("a.csv", b"\x00"),
    ("a.csv", b"number,name\n+4930123456,a\x00b\n"),
    ("a.csv", b"number\n\xff\xfe\x00\n"),
    ("a.xlsx", b"PK\x03\x04"),
)
LIKELY = ("1", "a", "support", "2026-01-31", "2026-01-31T08:00", "08:00", "offered", "en", "a@b.example", "12345678")
"""Strings one of which most patterns let through."""

NAMED: Mapping[str, tuple[str, ...]] = {
    "from": ("2026-11-01", "08:00"),
    "until": ("18:00",),
    "to": ("2026-11-02", "a@b.example"),
    "day": ("2026-11-01",),
    "date": ("2026-11-01",),
    "number": ("+4930123456",),
    "other_numbers": ("+4930123457",),
    "queue": ("support",),
    "pbx": (a_call().pbx,),
    "call_id": (a_call().call_id,),
    "region": ("DE",),
    "time_zone": ("Europe/Berlin",),
    "url": ("https://b.example/",),
    "outcome": ("answered",),
    "figure": ("offered",),
    "figures": ("offered",),
    "mail": ("a@b.example",),
    "recipients": ("a@b.example",),
    "password": ("correct horse battery",),
    "state": ("open",),
    "kind": ("wait_long",),
    "reviewer": ("ada",),
    "username": ("ada",),
    "compare": ("previous",),
}
"""What fits a field of this name, where its schema says only that it is text."""

FILE_ENDINGS = ("", ".csv", ".xlsx")
AHEAD = 2_000_000_000
WINDOW = {"weekdays": [1], "from": "08:00", "until": "18:00"}
LABEL = {"en": "Polite", "zh": "礼貌"}
ITEM = {"id": "polite", "kind": "yes_no", "label": LABEL, "points": 10, "is_fatal": False}
SECTIONS = [{"id": "talk", "label": LABEL, "items": [ITEM]}]
QUESTION = {"id": "why", "kind": "text", "label": "Why", "help": "", "is_required": False}
LIST: Mapping[str, Any] = {"windows": [WINDOW], "trunk": None, "escalation_list_id": None, "rules": None}
FITTING: Mapping[str, Mapping[str, Any]] = {
    "POST /api/lists": {"name": "Autumn", **LIST},
    "PATCH /api/lists/{list_id}": LIST,
    "POST /api/users": {"username": "bo", "agent_number": "2"},
    "PATCH /api/users/{user_id}": {"roles": None, "is_disabled": None},
    "POST /api/wallboards": {"queues": []},
    "POST /api/webhooks": {"kinds": []},
    "PATCH /api/webhooks/{webhook_id}": {"kinds": []},
    "POST /api/alert-rules": {"names": [], "windows": [], "scope": "all"},
    "PATCH /api/alert-rules/{rule_id}": {"windows": []},
    **{f"GET /api/reports/{of}": {"cursor": None} for of in ("abandoned", "callbacks")},
    **{f"GET /api/reports/queues{ending}": {"agent": None, "team": None} for ending in FILE_ENDINGS},
    **{f"GET /api/reports/{of}{ending}": {"figures": None} for of in ("agents", "teams") for ending in FILE_ENDINGS},
    **{f"GET /api/reports/callbacks/targets{ending}": {"figure": "callbacks_reached"} for ending in FILE_ENDINGS},
    **{f"GET /api/reports/quality/reviews{ending}": {"figure": "qa_pass_rate"} for ending in FILE_ENDINGS},
    **{f"GET /api/reports/tickets/counted{ending}": {"figure": "tickets_in_time_rate"} for ending in FILE_ENDINGS},
    **{f"GET /api/reports/staffing{ending}": {"target": "0.8"} for ending in FILE_ENDINGS},
    "GET /api/reports/rows/{figure}": {"reason": None, "cursor": None},
    "GET /api/calls": {"cursor": None},
    "PATCH /api/reports/saved/{report_id}": {"agent": None, "team": None, "reviewer": None},
    "POST /api/recordings/{recording_id}/plays/{play}": {"spans": [[0.0, 1.0]]},
    "POST /api/clips/{clip_id}/plays/{play}": {"spans": [[0.0, 1.0]]},
    "GET /api/clips": {"cursor": None},
    "POST /api/playlists": {"clips": []},
    "PUT /api/playlists/{playlist_id}": {"clips": []},
    "POST /api/reports/saved": {"agent": None, "team": None, "reviewer": None},
    "POST /api/review-forms": {"name": LABEL, "sections": SECTIONS},
    "PUT /api/review-forms/{form_id}": {"name": LABEL, "sections": SECTIONS},
    "POST /api/review-forms/score": {"name": LABEL, "sections": SECTIONS, "answers": {"polite": "yes"}},
    "POST /api/review-plans": {"teams": [], "lists": [], "queues": ["support"]},
    "PUT /api/review-plans/{plan_id}": {"teams": [], "lists": [], "queues": ["support"]},
    "PUT /api/lists/{list_id}/form": {"version": 0, "questions": [QUESTION]},
    "POST /api/lists/{list_id}/promises": {"attributes": {"city": "Berlin"}},
    "POST /api/lists/{list_id}/targets": {
        "targets": [{"number": "+4930123458", "name": "Li", "attributes": {"city": "Berlin"}, "owner_agent": "1"}],
        "duplicates": "skip",
        "other_lists": "allow",
    },
    "POST /api/lists/{list_id}/fill-rules": {"options": {"queue": "support"}},
}
"""What must fit together in a body or a query; None: the field is left out."""

FILES_OF_REPORTS = (".csv", ".xlsx")
"""They are asked for as what they are files of."""

SIGNS_IN = ("/api/session", "/api/first-run", "/api/wallboard")
MOST_WORK = 120
ORDER = ("POST", "PUT", "GET", "PATCH", "DELETE")
PHONE_STATUSES = {503, 504}


@dataclass(frozen=True)
class Asked:
    """A request that the description lets through, or one with an odd value in it."""

    method: str
    path: str
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: tuple[str, bytes] | None = None

    @property
    def address(self) -> str:
        """Path and query, encoded already."""
        path = re.sub(r"{(\w+)}", lambda found: self.places[found[1]], self.path)
        return path + ("?" + "&".join(f"{name}={value}" for name, value in self.query.items()) if self.query else "")


def requests_of(document: Document) -> list[Asked]:
    """One request of each operation: what makes something first, what deletes last."""
    found = [
        _request(document, method.upper(), path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return sorted(found, key=_turn)


def _turn(asked: Asked) -> tuple[int, int]:
    within = asked.path.count("{") if asked.method == "POST" else 0
    return ORDER.index(asked.method), within


def _request(document: Document, method: str, path: str, operation: Document) -> Asked:
    values: dict[str, dict[str, str]] = {"path": {}, "query": {}}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in values:
            made = made_of(document, parameter["schema"], parameter["name"])
            if made is not None:
                values[parameter["in"]][parameter["name"]] = quote(str(made), safe="")
    content = operation.get("requestBody", {}).get("content", {})
    body = made_of(document, content["application/json"]["schema"]) if "application/json" in content else None
    fitting = FITTING.get(f"{method} {path}", {})
    if isinstance(body, dict):
        body = _without_none({**body, **fitting})
    else:
        values["query"] = _without_none({**values["query"], **fitting})
    file = ("a.csv", b"number\n+4930123456\n") if "multipart/form-data" in content else None
    return Asked(method, path, values["path"], values["query"], body, file)


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def made_of(document: Document, schema: Document, called: str = "") -> Any:
    """A value that the schema describes, with all of its fields; `called` is the name of the field that it is for."""
    schema = _resolved(document, schema)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: made_of(document, part, name) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [made_of(document, schema.get("items", {}), called)]
        case "integer" | "number":
            wanted = AHEAD if called in ("due_at", "expires_at", "next_at") else 1
            return min(max(wanted, schema.get("minimum", wanted)), schema.get("maximum", AHEAD))
        case "boolean":
            return True
        case "string":
            return _string(schema, called)
    return None


def _resolved(document: Document, schema: Document) -> Document:
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = schema["anyOf"][0]
    return schema


def _string(schema: Document, called: str) -> str:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10**9)
    pattern = re.sub(r"\\p{\w}", "a-z", schema.get("pattern", ""))
    fitting = (word for word in (*NAMED.get(called, ()), *LIKELY) if re.search(pattern, word))
    return next((word for word in fitting if shortest <= len(word) <= longest), "a" * shortest)


def odd(asked: Asked) -> Iterator[Asked]:
    """The same with one odd value, in each place."""
    for name in asked.places:
        for value in IN_ADDRESS:
            yield replace(asked, places={**asked.places, name: value})
    for name in asked.query:
        for value in IN_ADDRESS:
            yield replace(asked, query={**asked.query, name: value})
    for name, content in FILES if asked.file is not None else ():
        yield replace(asked, file=(name, content))
    for steps, value in _leaves(asked.body):
        values = STRINGS if isinstance(value, str) else NUMBERS if isinstance(value, int | float) else ()
        for other in values if not isinstance(value, bool) else ():
            yield replace(asked, body=_with(asked.body, steps, other))


def _leaves(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield steps, value
        return
    for step, part in parts:
        yield from _leaves(part, (*steps, step))


def _with(body: Any, steps: Steps, value: Any) -> Any:
    if not steps:
        return value
    changed = deepcopy(body)
    inside = changed
    for step in steps[:-1]:
        inside = inside[step]
    inside[steps[-1]] = value
    return changed


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    settings = Settings(
        database_url=storage_url,
        data_folder=tmp_path,
        pbxs=(PbxSettings(name=a_call().pbx),),
        queues={"support": QueueSettings()},
        agents=(AgentSettings(number="1", name="Ada"),),
        pause_reasons=(PauseReason(code="a", digit="2", label_en="Meal", label_zh="用餐"),),
    )
    async with running(settings) as app:
        await add_user(app.access, NewUser("ada", PASSWORD, (Role.ADMIN,), agent_number="1"))
        app.recorder.note(one_of_each())
        await app.recorder.flush()
        yield app


class Caller:
    """An administrator, who signs in again whenever a request has ended the session; each POST has a key of its own."""

    def __init__(self, app: App, client: httpx.AsyncClient) -> None:
        self._app, self._client = app, client
        self._cookie = ""
        self._numbers = count(1)

    async def status_of(self, one: Asked) -> int:
        """The status of the answer."""
        status = await self._sent(one)
        if status == 401 and one.path not in SIGNS_IN:
            account = await account_named(self._app.access, "ada")
            assert account is not None
            self._cookie = f"{COOKIE}={await open_session(self._app.access, account, 'here')}"
            status = await self._sent(one)
        return status

    async def _sent(self, one: Asked) -> int:
        self._client.cookies.clear()
        headers = PANEL | {"Cookie": self._cookie, "Idempotency-Key": str(next(self._numbers))}
        if one.file is not None:
            answer = await self._client.request(one.method, one.address, files={"file": one.file}, headers=headers)
        elif one.body is not None:
            content = json.dumps(one.body)
            headers |= {"Content-Type": "application/json"}
            answer = await self._client.request(one.method, one.address, content=content, headers=headers)
        else:
            answer = await self._client.request(one.method, one.address, headers=headers)
        return answer.status_code


async def test_no_value_makes_the_server_fail(app: App) -> None:
    failed: dict[str, str] = {}
    worked = 0
    transport = httpx.ASGITransport(app.web, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        caller = Caller(app, client)
        for asked in requests_of(app.web.openapi()):
            worked += await caller.status_of(asked) < 300
            for one in () if asked.path.endswith(FILES_OF_REPORTS) else odd(asked):
                status = await caller.status_of(one)
                if status >= 500 and not (one.path.startswith("/api/seats/") and status in PHONE_STATUSES):
                    failed.setdefault(f"{one.method} {one.path}", f"{one.address} {one.body!r} {one.file!r}"[:400])
    assert not failed, "\n".join(f"{route}: {how}" for route, how in failed.items())
    assert worked > MOST_WORK, "odd values are put into requests that are good without them"
