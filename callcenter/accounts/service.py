"""Accounts at work: users are added and changed, a password opens a session, a token finds it again."""

import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Delete, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.own_roles import check_are_roles, permissions_now
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.revocations import Revocations
from callcenter.accounts.rules import (
    OF_THE_CENTRE,
    SESSION_SECONDS,
    Language,
    Permission,
    Role,
    Throttle,
    check_agent_number,
    check_new_password,
    check_roles,
    check_username,
    owes_second_factor,
    username_key,
)
from callcenter.accounts.scope import EVERYTHING, Scope, ScopeTold
from callcenter.accounts.tables import OidcIdentity, SecondFactor, User, WebSession
from callcenter.accounts.tokens import digest, new_token
from callcenter.errors import BadInput, Conflict, NotFound, TooMany
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

TOUCH_SECONDS: Seconds = 60
"""The use of a session, or a key, is written down at most once in this time, so that reading requests do not write."""

SESSION_ID_LENGTH = 16
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in, and what they may do at this moment; with `key_id` a program that acts for them.

    `scope` is what they see of the centre, `agent_number` the agent who they are. Who `must_change_password` is let in
    to nothing else, who `must_set_up_second_factor` or `must_type_code` neither. `by_provider`: a provider vouched for
    them, and no password was asked for. `session_id` names the session that was used.
    """

    id: int
    username: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[Permission]
    language: Language
    agent_number: str | None = None
    key_id: int | None = None
    must_change_password: bool = False
    must_set_up_second_factor: bool = False
    must_type_code: bool = False
    by_provider: bool = False
    scope: Scope = EVERYTHING
    session_id: str = field(default="", compare=False)

    @property
    def sees_numbers(self) -> bool:
        """Whether customers' numbers are told in full."""
        return "see_numbers" in self.permissions

    @property
    def opening(self) -> frozenset[Permission]:
        """The permissions that open something within the scope."""
        return self.permissions if self.scope.is_everything else self.permissions - OF_THE_CENTRE

    def acting_by(self, key_id: int, permissions: Iterable[str]) -> "Account":
        """The same by an API key: it may do no more than the account may."""
        return replace(self, key_id=key_id, permissions=self.permissions.intersection(permissions))


@dataclass(frozen=True)
class Access:
    """What sign-in needs: the database, a clock, the password hasher, the throttle; whom it tells of ends.

    The roles `masked_for` see customers' numbers masked; those of `second_factor_for` must have a second factor.
    Unless it `takes_passwords` one signs in at the provider only; where it `asks_after_provider`, the second factor
    counts there, too.
    """

    sessions: Sessions
    clock: Callable[[], Instant] = time.time
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)
    revocations: Revocations = field(default_factory=Revocations)
    masked_for: Collection[str] = ()
    second_factor_for: Collection[str] = ()
    takes_passwords: bool = True
    asks_after_provider: bool = False


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be added; `password` is plain and is kept only as a hash; one that expires is to be changed first."""

    username: str
    password: str = field(repr=False)
    roles: tuple[str, ...]
    name: str = ""
    language: Language = ""
    agent_number: str | None = None
    password_expires_at: Instant | None = None
    scope: Scope = EVERYTHING


# --- users ------------------------------------------------------------------------------------------------------


async def add_user(access: Access, user: NewUser) -> User:
    """The user's row.

    Raises BadInput for a username, password, role or agent's number that cannot be accepted, Conflict if the username
    is taken or the agent is somebody else.
    """
    check_username(user.username)
    check_new_password(user.username, user.password)
    check_roles(user.roles)
    check_agent_number(user.agent_number)
    row = User(
        username=user.username,
        username_key=username_key(user.username),
        name=user.name or user.username,
        password_hash=await access.passwords.hash(user.password),
        roles=sorted(set(user.roles)),
        language=user.language,
        agent_number=user.agent_number,
        password_expires_at=user.password_expires_at,
        scope=kept_scope(user.scope),
        created_at=access.clock(),
    )
    try:
        async with access.sessions.begin() as db:
            await check_are_roles(db, user.roles)
            await check_agent_is_free(db, user.agent_number)
            db.add(row)
    except IntegrityError as error:
        raise Conflict(f"there is a user {user.username!r} already", field="username") from error
    return row


async def check_agent_is_free(db: AsyncSession, agent_number: str | None, user_id: int | None = None) -> None:
    """Raises Conflict where that agent is another user than `user_id`."""
    if agent_number is None:
        return
    owner = await db.scalar(select(User).where(User.agent_number == agent_number))
    if owner is not None and owner.id != user_id:
        raise Conflict(f"agent {agent_number} is the user {owner.username!r}", field="agent_number")


async def set_password(access: Access, username: str, password: str) -> None:
    """Changes the password and ends every session of the user. Raises NotFound or BadInput."""
    check_new_password(username, password)
    password_hash = await access.passwords.hash(password)
    async with access.sessions.begin() as db:
        user = await _user_named(db, username)
        user.password_hash, user.password_expires_at = password_hash, None
        await db.execute(delete(WebSession).where(WebSession.user_id == user.id))
    access.revocations.tell()


async def remove_user(access: Access, username: str) -> None:
    """Removes the user and ends every session of theirs. Raises NotFound."""
    async with access.sessions.begin() as db:
        user = await _user_named(db, username)
        await db.execute(delete(WebSession).where(WebSession.user_id == user.id))
        await db.execute(delete(User).where(User.id == user.id))
    access.revocations.tell()


async def forget_provider(access: Access, username: str) -> None:
    """Who that user is at the provider is found out anew; what was opened there ends. Raises NotFound."""
    async with access.sessions.begin() as db:
        user = await _user_named(db, username)
        await db.execute(delete(OidcIdentity).where(OidcIdentity.user_id == user.id))
        await db.execute(delete(WebSession).where(WebSession.user_id == user.id, WebSession.by_provider))
    access.revocations.tell()


async def users(access: Access) -> Sequence[User]:
    """Everybody, by username."""
    async with access.sessions() as db:
        return (await db.scalars(select(User).order_by(User.username_key))).all()


async def account_named(access: Access, username: str) -> Account | None:
    """What somebody may do at this moment, signed in or not; None if there is no such user or they are disabled."""
    async with access.sessions() as db:
        user = await db.scalar(select(User).where(User.username_key == username_key(username)))
        return None if user is None or user.is_disabled else await account_of_user(access, db, user)


async def has_admin(access: Access) -> bool:
    """Whether somebody can sign in who may do everything."""
    return any(Role.ADMIN in user.roles and not user.is_disabled for user in await users(access))


# --- sessions ---------------------------------------------------------------------------------------------------


def charge_try(access: Access, username: str, address: str) -> None:
    """Counts a try of a password. Raises TooMany while the throttle is locked for the account or the address."""
    wait_seconds = access.throttle.charge(username, address, access.clock())
    if wait_seconds > 0:
        log.warning("password refused: too many tries", extra={"pii.username": username, "pii.address": address})
        whole_seconds = math.ceil(wait_seconds)
        raise TooMany(
            f"too many failed sign-ins; try again in {whole_seconds} seconds", retry_after_seconds=whole_seconds
        )


async def check_password(access: Access, username: str, password: str) -> Account | None:
    """Whose username and password these are, or None. A hash of weaker parameters is replaced on the way."""
    async with access.sessions() as db:
        user = await db.scalar(select(User).where(User.username_key == username_key(username)))
        account = None if user is None else await _in_person(access, db, user)
    usable = user if user and not user.is_disabled and not _has_run_out(user, access.clock()) else None
    matches = await access.passwords.check(usable.password_hash if usable else None, password)
    if usable is None or not matches:
        return None
    if access.passwords.is_outdated(usable.password_hash):
        await _rehash(access, usable, password)
    return account


async def check_own_password(
    access: Access, account: Account, password: str, address: str, *, field: str = "password"
) -> User:
    """The user, whose password this is. An open browser must not be a place to guess it at.

    Raises BadInput at `field` for a wrong one, TooMany while the throttle of sign-in is locked.
    """
    charge_try(access, account.username, address)
    async with access.sessions() as db:
        user = await db.get(User, account.id)
    if user is None or not await access.passwords.check(user.password_hash, password):
        raise BadInput("this is not your password", field=field)
    access.throttle.refund(account.username, address)
    return user


async def open_session(
    access: Access, account: Account, address: str, browser: str = "", *, by_provider: bool = False
) -> str:
    """A new session's token, which is kept nowhere but in the answer. Sessions that ended are cleared away."""
    token, now = new_token(), access.clock()
    row = WebSession(
        token_sha256=digest(token),
        user_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_SECONDS,
        address=address,
        browser=browser[:LONGEST_BROWSER],
        by_provider=by_provider,
        owes_code=by_provider and access.asks_after_provider,
    )
    async with access.sessions.begin() as db:
        await db.execute(delete(WebSession).where(WebSession.expires_at <= now))
        db.add(row)
    return token


async def find_session(access: Access, token: str) -> Account | None:
    """Who is signed in with this token, with the roles of this moment; using a session prolongs it."""
    now = access.clock()
    async with access.sessions() as db:
        session = await db.get(WebSession, digest(token))
        if session is None or session.expires_at <= now or session.user.is_disabled:
            return None
        whose = account_by_provider if session.by_provider else _in_person
        account = await whose(access, db, session.user)
        owes_code = session.owes_code and await second_factor_of(db, session.user_id) is not None
    if now - session.last_seen_at >= TOUCH_SECONDS:
        await _touch(access, session.token_sha256, now)
    return replace(account, session_id=session_id_of(session.token_sha256), must_type_code=owes_code)


async def close_session(access: Access, token: str) -> None:
    """Ends the session; one that has ended already is no error."""
    async with access.sessions.begin() as db:
        await db.execute(delete(WebSession).where(WebSession.token_sha256 == digest(token)))
    access.revocations.tell()


async def code_was_typed(access: Access, account: Account) -> None:
    """The session that was used owes no code any more."""
    own = update(WebSession).where(WebSession.user_id == account.id)
    async with access.sessions.begin() as db:
        typed = own.where(WebSession.token_sha256.like(account.session_id + "%"))
        await db.execute(typed.values(owes_code=False))


def other_sessions_gone(account: Account) -> Delete:
    """What ends all sessions of the account but the one that was used."""
    own = delete(WebSession).where(WebSession.user_id == account.id)
    return own.where(WebSession.token_sha256.not_like(account.session_id + "%"))


def session_id_of(token_sha256: str) -> str:
    """Names a session without opening it: 64 bits of what is kept of its token."""
    return token_sha256[:SESSION_ID_LENGTH]


async def _touch(access: Access, token_sha256: str, now: Instant) -> None:
    used = update(WebSession).where(WebSession.token_sha256 == token_sha256)
    async with access.sessions.begin() as db:
        await db.execute(used.values(last_seen_at=now, expires_at=now + SESSION_SECONDS))


async def _rehash(access: Access, user: User, password: str) -> None:
    same = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    fresh = await access.passwords.hash(password)
    async with access.sessions.begin() as db:
        await db.execute(same.values(password_hash=fresh))


async def _user_named(db: AsyncSession, username: str) -> User:
    user = await db.scalar(select(User).where(User.username_key == username_key(username)))
    if user is None:
        raise NotFound(f"there is no user {username!r}", field="username")
    return user


def _has_run_out(user: User, now: Instant) -> bool:
    return user.password_expires_at is not None and user.password_expires_at <= now


async def _in_person(access: Access, db: AsyncSession, user: User) -> Account:
    # A program's key is no password: it goes on while its user has to choose a new one.
    return replace(await account_of_user(access, db, user), must_change_password=user.password_expires_at is not None)


async def account_by_provider(access: Access, db: AsyncSession, user: User) -> Account:
    """The same for whom the provider vouched, which asks for what it asks for: no password of ours matters, and a
    second factor of ours only where the settings say so."""
    account = await account_of_user(access, db, user)
    must_set_up = account.must_set_up_second_factor and access.asks_after_provider
    return replace(account, must_set_up_second_factor=must_set_up, by_provider=True)


async def account_of_user(access: Access, db: AsyncSession, user: User) -> Account:
    """What that user is and may do at this moment."""
    return Account(
        id=user.id,
        username=user.username,
        name=user.name,
        roles=tuple(user.roles),
        permissions=await permissions_now(db, user.roles, access.masked_for),
        language=user.language,
        agent_number=user.agent_number,
        must_set_up_second_factor=(
            owes_second_factor(user.roles, access.second_factor_for) and await second_factor_of(db, user.id) is None
        ),
        scope=scope_of_user(user),
    )


async def second_factor_of(db: AsyncSession, user_id: int) -> SecondFactor | None:
    """What that user's sign-in asks for beside the password; None: nothing (yet)."""
    factor = await db.get(SecondFactor, user_id)
    return factor if factor is not None and factor.is_on else None


def kept_scope(scope: Scope) -> ScopeTold | None:
    """A scope as a user's row keeps it and as the API tells it."""
    return None if scope.is_everything else {"teams": sorted(scope.teams), "queues": sorted(scope.queues)}


def scope_of_user(user: User) -> Scope:
    """The scope of a user."""
    if user.scope is None:
        return EVERYTHING
    return Scope(frozenset(user.scope["teams"]), frozenset(user.scope["queues"]))
