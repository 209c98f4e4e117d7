"""Requests made from the API's own description: no failure, and no answer that the description does not tell."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests  # noqa: TID251 - schemathesis speaks no httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from callcenter.accounts.api import COOKIE
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, account_named, open_session
from callcenter.settings import AgentSettings, PauseReason, PbxSettings, QueueSettings, Settings
from callcenter.store.engine import make_engine, make_sessions
from tests.serving import PANEL, Serving, serving_with

SETTINGS = Settings(
    pbxs=(PbxSettings(name="north"),),
    queues={"sales": QueueSettings()},
    agents=(AgentSettings(number="1", name="Ada"),),
    pause_reasons=(PauseReason(code="meal", digit="2", label_en="Meal", label_zh="用餐"),),
)
EXAMPLES = 2
"""Of each operation and mode; more find nothing else that a run of minutes by hand would not."""

SEED = 42
SECONDS = 30
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
OF_THE_PHONE = (503, 504)
SIGNS_IN = ("/api/session", "/api/first-run", "/api/wallboard")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with serving_with(tmp_path, SETTINGS, Role.ADMIN) as server:
        yield server


class Caller:
    """An administrator who opens another session whenever a request has ended the present one."""

    def __init__(self, server: Serving, folder: Path) -> None:
        self._database = f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}"
        self.url = server.url.rstrip("/")
        self.session = requests.Session()
        self.session.headers.update(PANEL)
        self.open()

    def open(self) -> None:
        """Opens a session beside the server: signing in is throttled."""
        self.session.cookies.clear()
        self.session.cookies.set(COOKIE, asyncio.run(self._token()))

    async def _token(self) -> str:
        engine = make_engine(self._database)
        access = Access(make_sessions(engine))
        account = await account_named(access, Role.ADMIN)
        assert account is not None
        token = await open_session(access, account, "here")
        await engine.dispose()
        return token

    def description(self) -> dict[str, Any]:
        """What the server says of itself, without its doors: keys are not made up here."""
        said: dict[str, Any] = self.session.get(f"{self.url}/api/openapi.json", timeout=SECONDS).json()
        del said["components"]["securitySchemes"]
        for operations in said["paths"].values():
            for operation in operations.values():
                operation.pop("security", None)
        return said

    def call(self, case: schemathesis.Case[Any]) -> None:
        """Sends one request and checks the answer."""
        answer = case.call(session=self.session, timeout=SECONDS)
        if answer.status_code == 401 and case.path not in SIGNS_IN:
            self.open()
            answer = case.call(session=self.session, timeout=SECONDS)
        is_of_phone = case.path.startswith(("/api/seats/", "/api/waiting/")) and answer.status_code in OF_THE_PHONE
        case.validate_response(answer, checks=[*CHECKS, *([] if is_of_phone else [not_a_server_error])])


def test_answers_are_those_that_the_description_tells(server: Serving, tmp_path: Path) -> None:
    caller = Caller(server, tmp_path)
    schema = schemathesis.openapi.from_dict(caller.description())
    schema.config.update(base_url=caller.url)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 200
    for operation in operations:
        _examples(caller, operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        if operation.body or operation.query:
            with suppress(Unsatisfiable):  # a query that is one text of any kind cannot be wrong
                _examples(caller, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def _examples(caller: Caller, cases: Any) -> None:
    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def each(case: schemathesis.Case[Any]) -> None:
        caller.call(case)

    each()
