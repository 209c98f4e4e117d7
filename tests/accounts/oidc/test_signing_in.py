"""Signing in at a real provider: the whole way, who somebody is here, and whatever is refused."""

import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from callcenter.accounts import service
from callcenter.accounts.oidc.api import KEPT_COOKIE, PLACE, oidc_routes
from callcenter.accounts.oidc.provider import provider_of
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.session_api import Centre, session_routes
from callcenter.accounts.tables import User
from callcenter.accounts.user_api import user_routes
from callcenter.audit.service import Wanted, entries
from callcenter.audit.writing import WritesAudit
from callcenter.problems import tell_problems
from callcenter.settings import OidcSettings
from tests.accounts.browsers import browser, stranger
from tests.accounts.conftest import SECRET as PASSWORD
from tests.accounts.oidc.providers import CLIENT, SECRET, Bent, Claims, provider_running, went_there

BACK = f"http://centre{PLACE}/callback"
SCOPES = ("openid", "profile", "groups")
CENTRE = Centre("Asia/Shanghai", is_demo=False, secure_cookie=False)

Doors = Callable[..., Any]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider_running([BACK]) as issuer:
        yield issuer


@pytest.fixture
def line() -> Bent:
    return Bent()


@pytest.fixture
async def centre(web: FastAPI, access: Access, issuer: str, line: Bent) -> Doors:
    """`async with centre(adds_users=True, …) as panel`: a browser at a centre with these settings of the provider."""
    web.add_middleware(WritesAudit, sessions=access.sessions, clock=access.clock)
    web.include_router(user_routes(access))
    await service.add_user(access, NewUser("root", PASSWORD, (Role.ADMIN,)))

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        given: dict[str, Any] = {
            "issuer": issuer, "client_id": CLIENT, "client_secret": SecretStr(SECRET), "scopes": SCOPES
        }  # fmt: skip
        async with AsyncExitStack() as stack:
            provider = await stack.enter_async_context(provider_of(OidcSettings(**given | settings), transport=line))
            web.include_router(oidc_routes(access, CENTRE, provider))
            yield await stack.enter_async_context(stranger(web))

    return opened


async def _sign_in(panel: httpx.AsyncClient, person: str | None, to: str = "/") -> str:
    """Where the whole way leads."""
    begun = await panel.get(PLACE, params={"to": to})
    assert begun.status_code == 303, begun.text
    return await _come_back(panel, await went_there(begun.headers["location"], person))


async def _come_back(panel: httpx.AsyncClient, place: str) -> str:
    answer = await panel.get(place)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _whose(panel: httpx.AsyncClient) -> str | None:
    answer = await panel.get("/api/session")
    return answer.json()["user"]["username"] if answer.status_code == 200 else None


async def test_the_whole_way(centre: Doors, access: Access, line: Bent) -> None:
    async with centre(label_en="Sign in with ACME") as panel:
        ways = (await panel.get("/api/session/ways")).json()
        assert (ways["by_password"], ways["by_provider"]["label_en"]) == (True, "Sign in with ACME")
        begun = await panel.get(PLACE, params={"to": "/reports?from=1"})
        asked = parse_qs(urlsplit(begun.headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == [BACK]
        assert "HttpOnly" in begun.headers["set-cookie"]
        place = await went_there(begun.headers["location"], "s-ada")
        assert await _come_back(panel, place) == "/reports?from=1"
        assert await _whose(panel) == "ada", "found by name, whatever the case"
        assert "/me" in line.asked, "what the ID token did not say was asked for"
        assert KEPT_COOKIE not in panel.cookies
    [entry, *_] = await entries(access.sessions, Wanted(act="session.open_by_provider"), before=None, limit=5)
    assert (entry.username, entry.address) == ("ada", "192.0.2.1")
    assert entry.details == {"is_new_user": False, "roles": "supervisor"}


async def test_the_provider_asks_for_what_it_asks_for(web: FastAPI, centre: Doors, access: Access) -> None:
    web.state.access = replace(access, second_factor_for=(Role.SUPERVISOR,))
    async with browser(web, "ada") as by_password:
        assert (await by_password.get("/see_floor")).status_code == 403
    async with centre() as panel:
        await _sign_in(panel, "s-ada")
        assert (await panel.get("/see_floor")).status_code == 204


async def test_a_name_that_somebody_else_has_by_now_opens_nothing(centre: Doors, access: Access) -> None:
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/"
        panel.cookies.clear()
        assert await _sign_in(panel, "s-other") == "/?refused=taken"
        assert await _whose(panel) is None
        assert await _sign_in(panel, "s-ada") == "/", "whose it is"
        await service.forget_provider(access, "ada")
        assert await _whose(panel) is None, "what was opened there ends"
        assert await _sign_in(panel, "s-other") == "/"


async def test_strangers_are_refused_or_become_users(centre: Doors, access: Access) -> None:
    async with centre() as panel:
        assert await _sign_in(panel, "s-new") == "/?refused=unknown"
        assert await _whose(panel) is None


async def test_strangers_become_users_where_the_settings_say_so(web: FastAPI, centre: Doors, access: Access) -> None:
    async with centre(adds_users=True, new_user_roles=("agent", "no such role")) as panel:
        assert await _sign_in(panel, "s-new") == "/"
        user = (await panel.get("/api/session")).json()["user"]
        assert (user["username"], user["name"], user["roles"]) == ("grace", "Grace Hopper", ["agent"])
        assert await _sign_in(panel, "s-new") == "/"
        assert (await panel.post("/api/session", json={"username": "grace", "password": ""})).status_code in (401, 422)
        assert await _sign_in(panel, "s-nobody") == "/?refused=no_username"
    made = [
        entry.details["is_new_user"]
        for entry in await entries(access.sessions, Wanted(act="session.open_by_provider"), before=None, limit=5)
    ]
    assert made == [False, True]
    async with browser(web, "root") as root:
        listed = {one["username"]: one["is_at_provider"] for one in (await root.get("/api/users")).json()["users"]}
        assert listed == {"ada": False, "grace": True, "root": False}


async def test_groups_give_roles_at_each_sign_in(centre: Doors, access: Access) -> None:
    roles_of_group = {"centre-leads": ("team_leader", "qa"), "centre-agents": ("agent",)}
    async with centre(groups_claim="groups", roles_of_group=roles_of_group, adds_users=True) as panel:
        assert await _sign_in(panel, "s-ada") == "/"
        assert (await panel.get("/api/session")).json()["user"]["roles"] == ["qa", "team_leader"]
        assert await _sign_in(panel, "s-new") == "/"
        assert (await panel.get("/api/session")).json()["user"]["roles"] == ["agent"]


async def test_who_has_no_group_has_no_role(centre: Doors) -> None:
    async with centre(groups_claim="groups", roles_of_group={"others": ("agent",)}, adds_users=True) as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=no_role"
        assert await _sign_in(panel, "s-new") == "/?refused=no_role"
        assert await _whose(panel) is None


async def test_groups_take_no_last_administrator_away(centre: Doors, access: Access) -> None:
    async with access.sessions.begin() as db:
        root = (await db.scalars(select(User).where(User.username == "root"))).one()
        ada = (await db.scalars(select(User).where(User.username == "ada"))).one()
        root.is_disabled, ada.roles = True, ["admin"]
    async with centre(groups_claim="groups", roles_of_group={"centre-leads": ("agent",)}) as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=last_admin"
    account = await service.account_named(access, "ada")
    assert account is not None
    assert account.roles == ("admin",)


async def test_who_is_disabled_stays_outside(centre: Doors, access: Access) -> None:
    async with access.sessions.begin() as db:
        (await db.scalars(select(User).where(User.username == "ada"))).one().is_disabled = True
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=disabled"
        assert await _whose(panel) is None


async def test_an_address_of_mail_names_somebody_once_it_is_verified(centre: Doors) -> None:
    async with centre(scopes=("openid", "email"), username_claim="email") as panel:
        assert await _sign_in(panel, "s-mail") == "/?refused=no_username"


async def test_who_goes_back_is_told_so(centre: Doors) -> None:
    async with centre() as panel:
        assert await _sign_in(panel, None) == "/?refused=refused_there"


async def test_a_code_counts_once(centre: Doors) -> None:
    async with centre() as panel:
        begun = await panel.get(PLACE)
        kept = panel.cookies[KEPT_COOKIE]
        place = await went_there(begun.headers["location"], "s-ada")
        assert await _come_back(panel, place) == "/"
        panel.cookies.clear()
        assert await _come_back(panel, place) == "/?refused=broken_off", "the browser has forgotten it"
        panel.cookies.set(KEPT_COOKIE, kept, path=PLACE)
        assert await _come_back(panel, place) == "/?refused=not_proved", "the provider has not"
        assert await _whose(panel) is None


async def test_an_answer_belongs_to_the_browser_that_asked(web: FastAPI, centre: Doors) -> None:
    async with centre() as panel, stranger(web) as victim:
        begun = await panel.get(PLACE)
        place = await went_there(begun.headers["location"], "s-ada")
        assert await _come_back(victim, place) == "/?refused=broken_off"
        await victim.get(PLACE)
        assert await _come_back(victim, place) == "/?refused=broken_off", "nor with a question of its own"
        wrong = place.replace("state=", "state=x")
        assert await _come_back(panel, wrong) == "/?refused=broken_off"
        assert await _whose(victim) is None


async def test_a_code_is_of_no_use_without_the_word_that_the_browser_keeps(centre: Doors) -> None:
    async with centre() as panel:
        begun = await panel.get(PLACE)
        kept = json.loads(base64.urlsafe_b64decode(panel.cookies[KEPT_COOKIE]))
        other = base64.urlsafe_b64encode(json.dumps(kept | {"verifier": "v" * 43}).encode()).decode()
        place = await went_there(begun.headers["location"], "s-ada")
        panel.cookies.clear()
        panel.cookies.set(KEPT_COOKIE, other, path=PLACE)
        assert await _come_back(panel, place) == "/?refused=not_proved"


async def test_another_provider_that_answers_is_no_proof(centre: Doors) -> None:
    async with centre() as panel:
        begun = await panel.get(PLACE)
        place = await went_there(begun.headers["location"], "s-ada")
        parts = urlsplit(place)
        query = {name: words[0] for name, words in parse_qs(parts.query).items()} | {"iss": "https://evil.example"}
        answer = await panel.get(BACK, params=query)
        assert answer.headers["location"] == "/?refused=not_proved"


async def test_a_token_that_is_signed_anew_and_says_the_same_is_taken(centre: Doors, line: Bent) -> None:
    line.change = lambda claims: claims  # so that what is refused below is refused for what was changed
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/"


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda claims: claims | {"nonce": "x"}, id="another nonce"),
        pytest.param(_without("nonce"), id="no nonce"),
        pytest.param(lambda claims: claims | {"exp": int(time.time()) - 120}, id="expired"),
        pytest.param(_without("exp"), id="lasts for ever"),
        pytest.param(lambda claims: claims | {"aud": "another"}, id="another audience"),
        pytest.param(lambda claims: claims | {"aud": [CLIENT, "another"]}, id="two audiences"),
        pytest.param(lambda claims: claims | {"iss": "https://evil.example"}, id="another issuer"),
        pytest.param(lambda claims: claims | {"iat": int(time.time()) + 600}, id="of the future"),
        pytest.param(_without("sub"), id="of nobody"),
    ],
)
async def test_a_token_that_says_something_else_is_refused(
    centre: Doors, line: Bent, change: Callable[[Claims], Claims]
) -> None:
    line.change = change
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=not_proved"
        assert await _whose(panel) is None


def _tampered(token: str) -> str:
    head, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "s-root"}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def _unsigned(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), "", algorithm="none")


def _by_the_secret(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, SECRET * 2, algorithm="HS256")


@pytest.mark.parametrize("bend", [_tampered, _unsigned, _by_the_secret, lambda token: token[:-8], lambda _: "no token"])
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    centre: Doors, line: Bent, bend: Callable[[str], str]
) -> None:
    line.token = bend
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=not_proved"
        assert await _whose(panel) is None


async def test_what_is_told_besides_is_about_the_same_person(centre: Doors, line: Bent) -> None:
    line.told = {"sub": "s-root", "preferred_username": "root"}
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada") == "/?refused=not_proved"


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        "/api/x",
    ],
)
async def test_it_leads_to_pages_of_the_panel_only(centre: Doors, to: str) -> None:
    async with centre() as panel:
        assert await _sign_in(panel, "s-ada", to) == "/"


async def test_a_kept_page_that_was_changed_leads_nowhere_else(centre: Doors) -> None:
    async with centre() as panel:
        begun = await panel.get(PLACE)
        kept = json.loads(base64.urlsafe_b64decode(panel.cookies[KEPT_COOKIE])) | {"goes_to": "//evil.example"}
        place = await went_there(begun.headers["location"], "s-ada")
        panel.cookies.clear()
        panel.cookies.set(KEPT_COOKIE, base64.urlsafe_b64encode(json.dumps(kept).encode()).decode(), path=PLACE)
        assert await _come_back(panel, place) == "/"


async def test_a_provider_that_is_away_is_told_of(centre: Doors) -> None:
    async with centre(issuer="http://127.0.0.1:9") as panel:
        answer = await panel.get(PLACE)
        assert answer.headers["location"] == "/?refused=provider_away"


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(centre: Doors, issuer: str) -> None:
    async with centre(issuer=issuer.replace("127.0.0.1", "localhost")) as panel:
        answer = await panel.get(PLACE)
        assert answer.headers["location"] == "/?refused=provider_away"


async def test_without_a_provider_there_is_no_such_way(web: FastAPI, access: Access) -> None:
    web.include_router(oidc_routes(access, CENTRE, None))
    async with stranger(web) as panel:
        assert (await panel.get("/api/session/ways")).json() == {"by_password": True, "by_provider": None}
        assert (await panel.get(PLACE)).status_code == 404
        assert (await panel.get(f"{PLACE}/callback", params={"code": "x", "state": "y"})).status_code == 404


async def test_where_no_password_is_taken_none_signs_in(web: FastAPI, access: Access) -> None:
    await service.add_user(access, NewUser("eve", PASSWORD, (Role.AGENT,)))
    async with _only_elsewhere(access) as panel:
        answer = await panel.post("/api/session", json={"username": "eve", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@asynccontextmanager
async def _only_elsewhere(access: Access) -> AsyncIterator[httpx.AsyncClient]:
    web = FastAPI()
    web.state.access = replace(access, takes_passwords=False)
    tell_problems(web)
    web.include_router(session_routes(web.state.access, CENTRE))
    async with stranger(web) as panel:
        yield panel
