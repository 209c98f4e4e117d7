"""Our own second factor after a real provider's page, where the settings ask for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from callcenter.accounts import totp
from callcenter.accounts.oidc.api import oidc_routes
from callcenter.accounts.oidc.provider import provider_of
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.rules import Role
from callcenter.accounts.second_factor_api import second_factor_routes
from callcenter.accounts.second_factors import begin, confirm, forget
from callcenter.accounts.service import Access, account_named
from callcenter.settings import OidcSettings
from tests.accounts.browsers import stranger
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET as PASSWORD
from tests.accounts.oidc.providers import CLIENT, SECRET, provider_running
from tests.accounts.oidc.test_signing_in import BACK, CENTRE, _sign_in

FACTOR = "/api/profile/second-factor"
OWED = (403, "code_is_owed")
MISSING = (403, "second_factor_is_missing")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider_running([BACK]) as issuer:
        yield issuer


@pytest.fixture
def access(access: Access) -> Access:
    """Supervisors must have a second factor, and it is asked for after the provider's page, too. Ada is one."""
    return replace(access, second_factor_for=(Role.SUPERVISOR,), asks_after_provider=True)


@pytest.fixture
async def panel(web: FastAPI, access: Access, issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a centre of that provider, which makes users of strangers."""
    web.state.access = access
    settings: dict[str, Any] = {
        "issuer": issuer, "client_id": CLIENT, "client_secret": SecretStr(SECRET), "adds_users": True,
        "scopes": ("openid", "profile", "groups"), "new_user_roles": ("supervisor",), "asks_second_factor": True,
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(provider_of(OidcSettings(**settings)))
        for routes in (oidc_routes(access, CENTRE, provider), second_factor_routes(access), profile_routes(access)):
            web.include_router(routes)
        yield await stack.enter_async_context(stranger(web))


async def _with_factor(access: Access) -> tuple[str, list[str]]:
    """Ada's secret and recovery codes."""
    ada = await account_named(access, "ada")
    assert ada is not None
    secret = await begin(access, ada, PASSWORD, "here")
    return secret, list(await confirm(access, ada, pyotp.TOTP(secret).at(int(access.clock()))))


def _said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


async def _user(panel: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await panel.get("/api/session")).json()["user"]
    return found


async def _typed(panel: httpx.AsyncClient, code: str) -> httpx.Response:
    return await panel.post("/api/session/code", json={"code": code})


async def test_a_code_is_owed_after_the_provider(panel: httpx.AsyncClient, access: Access, clock: Clock) -> None:
    secret, recovery = await _with_factor(access)
    assert await _sign_in(panel, "s-ada") == "/"
    assert (await _user(panel))["must_type_code"] is True
    assert _said(await panel.get("/see_floor")) == OWED
    for code in ("", "000000", "nonsense"):
        answer = await _typed(panel, code)
        assert (answer.status_code, answer.json()["field"]) == (422, "code"), answer.text
    assert _said(await panel.get("/see_floor")) == OWED
    clock.now += totp.STEP_SECONDS
    assert (await _typed(panel, pyotp.TOTP(secret).at(int(clock.now)))).status_code == 204
    assert (await _user(panel))["must_type_code"] is False
    assert (await panel.get("/see_floor")).status_code == 204
    panel.cookies.clear()
    await _sign_in(panel, "s-ada")
    assert _said(await panel.get("/see_floor")) == OWED, "at each sign-in"
    assert (await _typed(panel, recovery[0])).status_code == 204
    panel.cookies.clear()
    await _sign_in(panel, "s-ada")
    assert (await _typed(panel, recovery[0])).status_code == 422, "each counts once"


async def test_what_is_owed_opens_no_way_round(panel: httpx.AsyncClient, access: Access) -> None:
    await _with_factor(access)
    await _sign_in(panel, "s-ada")
    asked = {
        ("POST", FACTOR): {"password": PASSWORD}, ("PUT", FACTOR): {"code": "123456"},
        ("POST", f"{FACTOR}/off"): {"password": PASSWORD}, ("POST", f"{FACTOR}/recovery-codes"): {"password": PASSWORD},
        ("POST", "/api/profile/password"): {"old": PASSWORD, "password": "another long enough"},
        ("GET", FACTOR): None,
    }  # fmt: skip
    for (method, path), body in asked.items():
        assert _said(await panel.request(method, path, json=body)) == OWED, (method, path)


async def test_codes_are_throttled(panel: httpx.AsyncClient, access: Access, clock: Clock) -> None:
    await _with_factor(access)
    await _sign_in(panel, "s-ada")
    answers = [(await _typed(panel, "000000")).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


async def test_one_session_is_opened_by_a_code_and_no_other(panel: httpx.AsyncClient, access: Access) -> None:
    _, recovery = await _with_factor(access)
    await _sign_in(panel, "s-ada")
    first = dict(panel.cookies)
    panel.cookies.clear()
    await _sign_in(panel, "s-ada")
    assert (await _typed(panel, recovery[0])).status_code == 204
    panel.cookies.clear()
    panel.cookies.update(first)
    assert _said(await panel.get("/see_floor")) == OWED


async def test_who_owes_a_factor_sets_it_up_without_a_password(
    panel: httpx.AsyncClient, access: Access, clock: Clock
) -> None:
    assert await _sign_in(panel, "s-new") == "/"
    assert (await _user(panel))["must_set_up_second_factor"] is True
    assert _said(await panel.get("/see_floor")) == MISSING
    assert (await panel.get(FACTOR)).json()["asks_password"] is False
    secret = (await panel.post(FACTOR, json={})).json()["secret"]
    code = pyotp.TOTP(secret).at(int(clock.now))
    assert len((await panel.put(FACTOR, json={"code": code})).json()["recovery_codes"]) == 10
    assert (await panel.get("/see_floor")).status_code == 204, "the code was typed just now"
    panel.cookies.clear()
    await _sign_in(panel, "s-new")
    assert _said(await panel.get("/see_floor")) == OWED


async def test_a_password_is_asked_for_where_nobody_owes_a_factor(
    web: FastAPI, panel: httpx.AsyncClient, access: Access
) -> None:
    web.state.access = replace(access, second_factor_for=())
    await _sign_in(panel, "s-ada")
    assert (await panel.get(FACTOR)).json()["asks_password"] is True
    answer = await panel.post(FACTOR, json={})
    assert (answer.status_code, answer.json()["field"]) == (422, "password"), "a browser left open binds no phone"


async def test_who_has_no_factor_and_owes_none_is_asked_for_nothing(
    web: FastAPI, panel: httpx.AsyncClient, access: Access
) -> None:
    web.state.access = replace(access, second_factor_for=())
    await _sign_in(panel, "s-ada")
    assert (await panel.get("/see_floor")).status_code == 204


async def test_a_factor_that_was_taken_away_is_owed_no_more(panel: httpx.AsyncClient, access: Access) -> None:
    await _with_factor(access)
    await _sign_in(panel, "s-ada")
    ada = await account_named(access, "ada")
    assert ada is not None
    await forget(access, ada.id)
    user = await _user(panel)
    assert (user["must_type_code"], user["must_set_up_second_factor"]) == (False, True)
    assert _said(await panel.get("/see_floor")) == MISSING


async def test_a_password_and_a_code_open_all_at_once(web: FastAPI, panel: httpx.AsyncClient, access: Access) -> None:
    _, recovery = await _with_factor(access)
    right = {"username": "ada", "password": PASSWORD, "code": recovery[0]}
    answer = await panel.post("/api/session", json=right)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["must_type_code"] is False
    assert (await panel.get("/see_floor")).status_code == 204
