"""Users, passwords and sessions, on SQLite and on PostgreSQL."""

import asyncio
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text, update
from typing_extensions import override

from callcenter.accounts import service
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, check_password, find_session
from callcenter.accounts.signing_in import sign_in
from callcenter.accounts.tables import User, WebSession
from callcenter.errors import BadInput, CallCenterError, Conflict, NotFound, NotSignedIn, TooMany
from tests.accounts.clock import Clock

SECRET = "correct horse"
ADDRESS = "192.0.2.1"
ADA = NewUser("Ada", SECRET, (Role.SUPERVISOR, Role.QA), "Ada Lovelace", "zh")


@pytest.fixture
async def ada(access: Access) -> NewUser:
    await service.add_user(access, ADA)
    return ADA


async def test_signing_in_finds_the_account_in_any_spelling(access: Access, ada: NewUser) -> None:
    token, account = await sign_in(access, "ａDA", SECRET, ADDRESS)
    assert (account.username, account.name, account.language) == ("Ada", "Ada Lovelace", "zh")
    assert account.roles == ("qa", "supervisor")
    assert "run_lists" in account.permissions
    assert await find_session(access, token) == account


@pytest.mark.parametrize(
    ("username", "password"), [("Ada", "wrong horse"), ("Bob", SECRET), ("Ada' OR 1=1 --", SECRET)]
)
async def test_wrong_credentials_sound_the_same(access: Access, ada: NewUser, username: str, password: str) -> None:
    with pytest.raises(NotSignedIn, match="the username or the password is wrong"):
        await sign_in(access, username, password, ADDRESS)


class RecordingHasher(PasswordHasher):
    """Keeps what was verified."""

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        verified.append(str(hash))
        return super().verify(hash, password)


verified: list[str] = []


@pytest.mark.parametrize("username", ["Ada", "nobody", "Off"])
async def test_every_refusal_costs_one_verification(access: Access, ada: NewUser, username: str) -> None:
    """So that the time of the answer does not tell which usernames exist."""
    await service.add_user(access, NewUser("Off", SECRET, (Role.AGENT,)))
    await _disable(access, "Off")
    hasher = RecordingHasher(time_cost=1, memory_cost=8, parallelism=1)
    slow = Access(access.sessions, access.clock, Passwords(hasher))
    verified.clear()
    assert await check_password(slow, username, "wrong horse") is None
    assert len(verified) == 1
    assert hasher.check_needs_rehash(verified[0]) is False


async def test_disabled_account_is_refused_and_its_session_ends(access: Access, ada: NewUser) -> None:
    token, _ = await sign_in(access, "Ada", SECRET, ADDRESS)
    await _disable(access, "Ada")
    assert await find_session(access, token) is None
    with pytest.raises(NotSignedIn):
        await sign_in(access, "Ada", SECRET, ADDRESS)


async def test_hash_of_weaker_parameters_is_replaced_at_sign_in(access: Access, ada: NewUser) -> None:
    before = (await service.users(access))[0].password_hash
    stronger = Access(
        access.sessions, access.clock, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    )
    await sign_in(stronger, "Ada", SECRET, ADDRESS)
    after = (await service.users(access))[0].password_hash
    assert (before.split("$")[3], after.split("$")[3]) == ("m=8,t=1,p=1", "m=16,t=2,p=1")
    assert await check_password(stronger, "Ada", SECRET)


async def test_sixth_failure_locks_until_the_clock_says_so(access: Access, ada: NewUser, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            await sign_in(access, "Ada", "wrong horse", ADDRESS)
    clock.now += 10.5
    with pytest.raises(TooMany, match="20 seconds") as refused:
        await sign_in(access, "Ada", SECRET, ADDRESS)
    assert refused.value.retry_after_seconds == 20
    clock.now += 19.5
    await sign_in(access, "Ada", SECRET, ADDRESS)
    with pytest.raises(NotSignedIn):
        await sign_in(access, "Ada", "wrong horse", ADDRESS)


async def test_tries_sent_at_once_are_counted_before_they_are_judged(access: Access, ada: NewUser) -> None:
    tries = [sign_in(access, "Ada", f"guess {number}", ADDRESS) for number in range(20)]
    refusals = [type(answer) for answer in await asyncio.gather(*tries, return_exceptions=True)]
    assert (refusals.count(NotSignedIn), refusals.count(TooMany)) == (5, 15)


async def test_session_lives_twelve_hours_from_its_last_use(access: Access, ada: NewUser, clock: Clock) -> None:
    token, account = await sign_in(access, "Ada", SECRET, ADDRESS)
    for _ in range(3):
        clock.now += 12 * 3600 - 1
        assert await find_session(access, token) == account
    clock.now += 12 * 3600
    assert await find_session(access, token) is None


async def test_sessions_that_ended_are_cleared_away(access: Access, ada: NewUser, clock: Clock) -> None:
    await sign_in(access, "Ada", SECRET, ADDRESS)
    clock.now += 12 * 3600
    await sign_in(access, "Ada", SECRET, ADDRESS)
    async with access.sessions() as db:
        assert len((await db.scalars(select(WebSession))).all()) == 1


async def test_token_is_not_in_the_database(access: Access, ada: NewUser) -> None:
    token, _ = await sign_in(access, "Ada", SECRET, ADDRESS)
    async with access.sessions() as db:
        rows = (await db.execute(text("SELECT * FROM sessions"))).all()
    assert len(rows) == 1
    assert token not in str(rows)
    assert await find_session(access, str(rows[0][0])) is None


async def test_closed_session_is_gone_and_the_other_stays(access: Access, ada: NewUser) -> None:
    first, account = await sign_in(access, "Ada", SECRET, ADDRESS)
    second, _ = await sign_in(access, "Ada", SECRET, ADDRESS)
    await service.close_session(access, first)
    await service.close_session(access, first)
    assert await find_session(access, first) is None
    assert await find_session(access, second) == account


async def test_new_password_ends_every_session(access: Access, ada: NewUser) -> None:
    token, _ = await sign_in(access, "Ada", SECRET, ADDRESS)
    await service.set_password(access, "ada", "battery staple")
    assert await find_session(access, token) is None
    assert await check_password(access, "Ada", SECRET) is None
    assert await check_password(access, "Ada", "battery staple")


async def test_removed_user_is_gone_with_the_sessions(access: Access, ada: NewUser) -> None:
    token, _ = await sign_in(access, "Ada", SECRET, ADDRESS)
    await service.remove_user(access, "ADA")
    assert await find_session(access, token) is None
    assert await service.users(access) == []


@pytest.mark.parametrize(
    ("user", "error", "field"),
    [
        (NewUser("ADA", SECRET, (Role.AGENT,)), Conflict, "username"),
        (NewUser("a b", SECRET, (Role.AGENT,)), BadInput, "username"),
        (NewUser("bob", "short", (Role.AGENT,)), BadInput, "password"),
        (NewUser("bob", SECRET, ()), BadInput, "roles"),
    ],
)
async def test_user_that_cannot_be_is_refused(
    access: Access, ada: NewUser, user: NewUser, error: type[CallCenterError], field: str
) -> None:
    with pytest.raises(error) as refused:
        await service.add_user(access, user)
    assert refused.value.field == field
    assert [row.username for row in await service.users(access)] == ["Ada"]


async def test_unknown_user_is_told(access: Access) -> None:
    with pytest.raises(NotFound, match="'bob'"):
        await service.set_password(access, "bob", SECRET)
    with pytest.raises(NotFound, match="'bob'"):
        await service.remove_user(access, "bob")


async def test_has_admin(access: Access, ada: NewUser) -> None:
    assert not await service.has_admin(access)
    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    assert await service.has_admin(access)
    await _disable(access, "root")
    assert not await service.has_admin(access)


def test_passwords_are_not_in_what_python_prints() -> None:
    assert SECRET not in repr(ADA)


async def _disable(access: Access, username: str) -> None:
    async with access.sessions.begin() as db:
        await db.execute(update(User).where(User.username == username).values(is_disabled=True))
