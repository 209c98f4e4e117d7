"""Accounts at work: users are added and changed, a password opens a session, a token finds it again."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import (
    SESSION_SECONDS,
    Language,
    Permission,
    Role,
    Throttle,
    check_new_password,
    check_username,
    permissions_of,
    username_key,
)
from callcenter.accounts.tables import User, WebSession
from callcenter.accounts.tokens import digest, new_token
from callcenter.errors import BadInput, Conflict, NotFound, NotSignedIn, TooMany
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

TOUCH_SECONDS: Seconds = 60
"""The use of a session, or a key, is written down at most once in this time, so that reading requests do not write."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in, and what they may do at this moment; with `key_id` a program that acts for them."""

    id: int
    username: str
    name: str
    roles: tuple[Role, ...]
    permissions: frozenset[Permission]
    language: str
    key_id: int | None = None

    def acting_by(self, key_id: int, permissions: Iterable[str]) -> "Account":
        """The same by an API key: it may do no more than the account may."""
        return replace(self, key_id=key_id, permissions=self.permissions.intersection(permissions))


@dataclass(frozen=True)
class Access:
    """What sign-in needs: the database, a clock, the password hasher, the throttle."""

    sessions: Sessions
    clock: Callable[[], Instant] = time.time
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be added; `password` is plain and is kept only as a hash."""

    username: str
    password: str = field(repr=False)
    roles: tuple[Role, ...]
    name: str = ""
    language: Language = ""


# --- users ------------------------------------------------------------------------------------------------------


async def add_user(access: Access, user: NewUser) -> None:
    """Raises BadInput for a username, password or role that cannot be accepted, Conflict if the username is taken."""
    check_username(user.username)
    check_new_password(user.username, user.password)
    if not user.roles:
        raise BadInput("a user needs at least one role", field="roles")
    row = User(
        username=user.username,
        username_key=username_key(user.username),
        name=user.name or user.username,
        password_hash=await access.passwords.hash(user.password),
        roles=sorted(set(user.roles)),
        language=user.language,
        created_at=access.clock(),
    )
    try:
        async with access.sessions.begin() as db:
            db.add(row)
    except IntegrityError as error:
        raise Conflict(f"there is a user {user.username!r} already", field="username") from error


async def set_password(access: Access, username: str, password: str) -> None:
    """Changes the password and ends every session of the user. Raises NotFound or BadInput."""
    check_new_password(username, password)
    password_hash = await access.passwords.hash(password)
    async with access.sessions.begin() as db:
        user = await _user_named(db, username)
        user.password_hash = password_hash
        await db.execute(delete(WebSession).where(WebSession.user_id == user.id))


async def remove_user(access: Access, username: str) -> None:
    """Removes the user and ends every session of theirs. Raises NotFound."""
    async with access.sessions.begin() as db:
        user = await _user_named(db, username)
        await db.execute(delete(WebSession).where(WebSession.user_id == user.id))
        await db.execute(delete(User).where(User.id == user.id))


async def users(access: Access) -> Sequence[User]:
    """Everybody, by username."""
    async with access.sessions() as db:
        return (await db.scalars(select(User).order_by(User.username_key))).all()


async def account_named(access: Access, username: str) -> Account | None:
    """What somebody may do at this moment, signed in or not; None if there is no such user or they are disabled."""
    async with access.sessions() as db:
        user = await db.scalar(select(User).where(User.username_key == username_key(username)))
    return None if user is None or user.is_disabled else account_of_user(user)


async def has_admin(access: Access) -> bool:
    """Whether somebody can sign in who may do everything."""
    return any(Role.ADMIN in user.roles and not user.is_disabled for user in await users(access))


# --- sessions ---------------------------------------------------------------------------------------------------


async def sign_in(access: Access, username: str, password: str, address: str) -> tuple[str, Account]:
    """The token of a new session and whose it is.

    Raises TooMany while the throttle is locked for the account or the address, and NotSignedIn for wrong credentials;
    an unknown username, a wrong password and a disabled account cannot be told apart, nor by the time it takes.
    """
    wait_seconds = access.throttle.charge(username, address, access.clock())
    if wait_seconds > 0:
        log.warning("sign-in refused: too many tries", extra={"pii.username": username, "pii.address": address})
        whole_seconds = math.ceil(wait_seconds)
        raise TooMany(
            f"too many failed sign-ins; try again in {whole_seconds} seconds", retry_after_seconds=whole_seconds
        )
    account = await check_password(access, username, password)
    if account is None:
        log.warning("sign-in failed", extra={"pii.username": username, "pii.address": address})
        raise NotSignedIn("the username or the password is wrong")
    access.throttle.refund(username, address)
    token = await open_session(access, account, address)
    log.info("signed in: user %d", account.id)
    return token, account


async def check_password(access: Access, username: str, password: str) -> Account | None:
    """Whose username and password these are, or None. A hash of weaker parameters is replaced on the way."""
    async with access.sessions() as db:
        user = await db.scalar(select(User).where(User.username_key == username_key(username)))
    usable = user if user and not user.is_disabled else None
    matches = await access.passwords.check(usable.password_hash if usable else None, password)
    if usable is None or not matches:
        return None
    if access.passwords.is_outdated(usable.password_hash):
        await _rehash(access, usable, password)
    return account_of_user(usable)


async def open_session(access: Access, account: Account, address: str) -> str:
    """A new session's token, which is kept nowhere but in the answer. Sessions that ended are cleared away."""
    token, now = new_token(), access.clock()
    row = WebSession(
        token_sha256=digest(token),
        user_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_SECONDS,
        address=address,
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
    if now - session.last_seen_at >= TOUCH_SECONDS:
        await _touch(access, session.token_sha256, now)
    return account_of_user(session.user)


async def close_session(access: Access, token: str) -> None:
    """Ends the session; one that has ended already is no error."""
    async with access.sessions.begin() as db:
        await db.execute(delete(WebSession).where(WebSession.token_sha256 == digest(token)))


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


def account_of_user(user: User) -> Account:
    """What that user is and may do."""
    roles = tuple(Role(role) for role in user.roles)
    return Account(
        id=user.id,
        username=user.username,
        name=user.name,
        roles=roles,
        permissions=permissions_of(roles),
        language=user.language,
    )
