"""A second proof at sign-in: set up, asked for, used once, replaced by paper, taken away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from callcenter.accounts import service, totp
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.rules import FREE_FAILURES, Role
from callcenter.accounts.second_factor_api import second_factor_routes
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.user_api import user_routes
from tests.accounts.browsers import browser, stranger
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET

PLACE = "/api/profile/second-factor"
RIGHT = {"password": SECRET}


ASKS = {"asks_password": True}


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of second factors, users, profiles and keys, and `root`, an administrator."""
    for routes in (second_factor_routes, user_routes, profile_routes, key_routes):
        web.include_router(routes(access))
    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    return web


@pytest.fixture
async def ada(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a supervisor."""
    async with browser(web, "ada") as panel:
        yield panel


class App:
    """An authenticator app that shares a secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def shows(self, *, seconds_ago: float = 0) -> str:
        """The code of this moment, or of an earlier one."""
        return self._totp.at(self._clock.now - seconds_ago)


async def _switch_on(panel: httpx.AsyncClient, clock: Clock) -> tuple[App, list[str]]:
    begun = await panel.post(PLACE, json=RIGHT)
    assert begun.status_code == 200, begun.text
    app = App(begun.json()["secret"], clock)
    answer = await panel.put(PLACE, json={"code": app.shows()})
    assert answer.status_code == 200, answer.text
    clock.now += totp.STEP_SECONDS  # the code that confirmed is used
    return app, answer.json()["recovery_codes"]


async def _try(web: FastAPI, code: str | None = None, password: str = SECRET) -> httpx.Response:
    async with stranger(web) as panel:
        fields = {"username": "ada", "password": password} | ({} if code is None else {"code": code})
        return await panel.post("/api/session", json=fields)


def _told(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


async def test_sign_in_asks_for_the_code_once_it_is_confirmed(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    begun = (await ada.post(PLACE, json=RIGHT)).json()
    assert begun["image"].startswith("data:image/svg+xml")
    app = App(begun["secret"], clock)
    assert (await _try(web)).status_code == 200, "what was begun and not confirmed locks nobody out"
    answer = await ada.put(PLACE, json={"code": "000000"})
    assert (answer.status_code, answer.json()["field"]) == (422, "code")
    codes = (await ada.put(PLACE, json={"code": app.shows()})).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert (await ada.get(PLACE)).json() == {"is_on": True, "is_obligatory": False, "recovery_codes_left": 10} | ASKS
    clock.now += totp.STEP_SECONDS
    assert _told(await _try(web)) == (401, "code_is_needed")
    assert _told(await _try(web, app.shows(), password="wrong words")) == (401, "not_signed_in")
    assert (await _try(web, app.shows())).status_code == 200
    assert begun["secret"] not in caplog.text
    assert codes[0] not in caplog.text


async def test_who_sets_it_up_is_asked_where_the_password_alone_signed_in(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    async with browser(web, "ada") as elsewhere, browser(web, "root") as somebody:
        app, _ = await _switch_on(ada, clock)
        assert (await ada.get("/see_floor")).status_code == 204, "the code was shown here"
        assert _told(await elsewhere.get("/see_floor")) == (401, "not_signed_in")
        assert (await somebody.get("/see_floor")).status_code == 204
        again = {"username": "ada", "password": SECRET}
        assert _told(await elsewhere.post("/api/session", json=again)) == (401, "code_is_needed")
        assert (await elsewhere.post("/api/session", json=again | {"code": app.shows()})).status_code == 200
        assert (await elsewhere.get("/see_floor")).status_code == 204


async def test_a_code_counts_once_and_for_a_minute_and_a_half(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    app, _ = await _switch_on(ada, clock)
    assert (await _try(web, app.shows())).status_code == 200
    answer = await _try(web, app.shows())
    assert (answer.status_code, answer.json()["field"]) == (401, "code")
    clock.now += 2 * totp.STEP_SECONDS
    assert (await _try(web, app.shows(seconds_ago=totp.STEP_SECONDS))).status_code == 200
    clock.now += 4 * totp.STEP_SECONDS
    assert (await _try(web, app.shows(seconds_ago=2 * totp.STEP_SECONDS))).status_code == 401
    assert (await _try(web, f" {app.shows(seconds_ago=-totp.STEP_SECONDS)} ")).status_code == 200


@pytest.mark.parametrize("on_paper", [True, False])
async def test_of_two_that_bring_one_code_at_once_one_gets_in(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock, on_paper: bool
) -> None:
    app, codes = await _switch_on(ada, clock)
    code = codes[3] if on_paper else app.shows()
    answers = await asyncio.gather(*(_try(web, code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_recovery_code_signs_in_once_however_it_is_typed(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    _, codes = await _switch_on(ada, clock)
    assert (await _try(web, codes[0].upper().replace("-", " "))).status_code == 200
    assert (await _try(web, codes[0])).status_code == 401
    assert (await ada.get(PLACE)).json()["recovery_codes_left"] == 9
    renewed = (await ada.post(f"{PLACE}/recovery-codes", json=RIGHT)).json()["recovery_codes"]
    assert not set(renewed) & set(codes)
    assert (await _try(web, codes[1])).status_code == 401
    assert (await _try(web, renewed[0])).status_code == 200


async def test_codes_cannot_be_guessed_by_who_knows_the_password(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    await _switch_on(ada, clock)
    answers = []
    for _ in range(FREE_FAILURES["account"]):
        answers.append(await _try(web, "not a code"))
        answers.append(await _try(web))
    assert _told(answers[-1]) == (429, "too_many")
    assert [answer.status_code for answer in answers].count(401) == FREE_FAILURES["account"]


async def test_ordinary_sign_ins_with_a_code_do_not_lock_the_address(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    app, _ = await _switch_on(ada, clock)
    for _ in range(FREE_FAILURES["address"] + 5):
        assert _told(await _try(web)) == (401, "code_is_needed")
        assert (await _try(web, app.shows())).status_code == 200
        clock.now += totp.STEP_SECONDS


async def test_changes_need_the_password(web: FastAPI, ada: httpx.AsyncClient, clock: Clock) -> None:
    await _switch_on(ada, clock)
    for place in (f"{PLACE}/off", f"{PLACE}/recovery-codes", PLACE):
        answer = await ada.post(place, json={"password": "not mine at all"})
        assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert (await ada.post(PLACE, json=RIGHT)).status_code == 409, "one that is on is not replaced unseen"
    assert (await ada.post(f"{PLACE}/off", json=RIGHT)).status_code == 204
    assert (await ada.get(PLACE)).json() == {"is_on": False, "is_obligatory": False, "recovery_codes_left": 0} | ASKS
    assert (await _try(web)).status_code == 200
    assert (await ada.post(f"{PLACE}/recovery-codes", json=RIGHT)).status_code == 409
    assert (await ada.put(PLACE, json={"code": "123456"})).status_code == 409


async def test_an_administrator_takes_away_what_is_lost(web: FastAPI, ada: httpx.AsyncClient, clock: Clock) -> None:
    await _switch_on(ada, clock)
    async with browser(web, "root") as root:
        listed = {user["username"]: user for user in (await root.get("/api/users")).json()["users"]}
        assert (listed["ada"]["has_second_factor"], listed["root"]["has_second_factor"]) == (True, False)
        place = f"/api/users/{listed['ada']['id']}/second-factor"
        assert (await ada.delete(place)).status_code == 403
        assert (await root.delete(place)).status_code == 204
        assert (await root.delete("/api/users/999/second-factor")).status_code == 404
    assert (await _try(web)).status_code == 200


async def test_a_program_has_no_second_factor(web: FastAPI, ada: httpx.AsyncClient, clock: Clock) -> None:
    made = await ada.post("/api/keys", json={"name": "crm", "permissions": ["see_calls"], "expires_at": None})
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    async with stranger(web) as program:
        assert (await program.get(PLACE, headers=headers)).status_code == 403
        assert (await program.post(PLACE, json=RIGHT, headers=headers)).status_code == 403
        assert (await program.get(PLACE)).status_code == 401


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_what_is_no_code(code: str) -> None:
    assert totp.step_of(totp.new_secret(), code, 1_763_800_000.0) is None


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, the last six of its eight digits (SHA-1)."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert totp.step_of(secret, code, seconds) == seconds // 30
