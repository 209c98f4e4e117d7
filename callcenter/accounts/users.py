"""Users as administrators manage them. Passwords that are given out are temporary: their users choose another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.own_roles import check_are_roles, permissions_now
from callcenter.accounts.rules import (
    TEMPORARY_PASSWORD_SECONDS,
    check_agent_number,
    check_gives,
    check_manages,
    check_roles,
    lasts_as_admin,
    owes_second_factor,
    username_key,
)
from callcenter.accounts.second_factors import forget
from callcenter.accounts.service import Access, Account, NewUser, add_user, check_agent_is_free
from callcenter.accounts.tables import OidcIdentity, SecondFactor, User, WebSession
from callcenter.accounts.tokens import readable_token
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant


@dataclass(frozen=True, slots=True)
class Presence:
    """A user, whether sign-in asks for a code, how many web sessions are open, and when one was last used.

    Who `must_set_up_second_factor` has none, and a role that asks for one. Who `is_at_provider` signs in there, too.
    """

    user: User
    has_second_factor: bool
    must_set_up_second_factor: bool
    is_at_provider: bool
    session_count: int
    last_seen_at: Instant | None


async def page(access: Access, *, text: str | None, after: str | None, limit: int) -> Sequence[Presence]:
    """Users by username: those behind the username `after`, which need not be one of them any more.

    With `text` those in whose username, name or agent's number it is, whatever its case.
    """
    now = access.clock()
    open_sessions = (
        select(WebSession.user_id, func.count().label("many"), func.max(WebSession.last_seen_at).label("last"))
        .where(WebSession.expires_at > now)
        .group_by(WebSession.user_id)
        .subquery()
    )
    at_provider = exists().where(OidcIdentity.user_id == User.id)
    query = (
        select(User, SecondFactor.is_on, at_provider, open_sessions.c.many, open_sessions.c.last)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .outerjoin(open_sessions, open_sessions.c.user_id == User.id)
        .where(*_conditions(text, after))
        .order_by(User.username_key)
        .limit(limit)
    )
    async with access.sessions() as db:
        rows = (await db.execute(query)).all()
    return [
        Presence(
            user,
            has_second_factor=bool(is_on),
            must_set_up_second_factor=(
                not is_on
                and bool(user.password_hash)  # who has none signs in at the provider alone
                and owes_second_factor(user.roles, access.second_factor_for)
            ),
            is_at_provider=is_at_provider,
            session_count=many or 0,
            last_seen_at=last,
        )
        for user, is_on, is_at_provider, many, last in rows
    ]


def _conditions(text: str | None, after: str | None) -> Iterator[ColumnElement[bool]]:
    if text is not None:
        yield or_(
            User.username_key.contains(username_key(text), autoescape=True),
            User.name.icontains(text, autoescape=True),
            User.agent_number.contains(text, autoescape=True),
        )
    if after is not None:
        yield User.username_key > username_key(after)


async def create_user(access: Access, actor: Account, new: NewUser) -> tuple[User, str]:
    """A new user and their temporary password, which is kept nowhere but in the answer.

    Raises as `add_user` does, and BadInput where `actor` lacks what the roles permit.
    """
    async with access.sessions() as db:
        check_gives(actor.permissions, await permissions_now(db, new.roles, access.masked_for), "roles")
    password = readable_token()
    expires_at = access.clock() + TEMPORARY_PASSWORD_SECONDS
    return await add_user(access, replace(new, password=password, password_expires_at=expires_at)), password


async def change_user(
    access: Access, actor: Account, user_id: int, changes: Mapping[str, Any]
) -> tuple[User, dict[str, Any]]:
    """Changes what is named of a user's row; who is disabled is signed out everywhere. Gives the user, and what is
    otherwise now as it was.

    Raises NotFound, BadInput for no role or a bad number, Conflict where nobody would be left who can manage users,
    where somebody would disable themselves, or where the agent is another user; NotAllowed and BadInput where `actor`
    may do less than the user, or than the new roles permit.
    """
    if "roles" in changes:
        check_roles(changes["roles"])
        changes = {**changes, "roles": sorted(set(changes["roles"]))}
    check_agent_number(changes.get("agent_number"))
    if changes.get("is_disabled") and user_id == actor.id:
        raise Conflict("you cannot disable yourself; another administrator can", field="is_disabled")
    async with access.sessions.begin() as db:
        user = await _managed(access, db, actor, user_id)
        if "roles" in changes:
            await check_are_roles(db, changes["roles"])
            check_gives(actor.permissions, await permissions_now(db, changes["roles"], access.masked_for), "roles")
        await check_agent_is_free(db, changes.get("agent_number"), user_id)
        was = {name: getattr(user, name) for name, value in changes.items() if getattr(user, name) != value}
        for name, value in changes.items():
            setattr(user, name, value)
        if user.is_disabled:
            await db.execute(delete(WebSession).where(WebSession.user_id == user_id))
        await check_admin_is_left(db)
    access.revocations.tell()
    return user, was


async def reset_password(access: Access, actor: Account, user_id: int) -> tuple[User, str]:
    """A temporary password for that user, who is signed out everywhere.

    Raises NotFound, Conflict for one's own, which is changed with the old one, and where no administrator would be
    left whose password lasts.
    """
    if user_id == actor.id:
        raise Conflict("change your own password in your account, with the old one")
    password = readable_token()
    password_hash = await access.passwords.hash(password)
    async with access.sessions.begin() as db:
        user = await _managed(access, db, actor, user_id)
        user.password_hash = password_hash
        user.password_expires_at = access.clock() + TEMPORARY_PASSWORD_SECONDS
        await db.execute(delete(WebSession).where(WebSession.user_id == user_id))
        await check_admin_is_left(db)
    access.revocations.tell()
    return user, password


async def end_sessions_of(access: Access, actor: Account, user_id: int) -> str:
    """Signs that user out everywhere and gives the username.

    Raises NotFound, NotAllowed where they may do more than `actor`.
    """
    async with access.sessions.begin() as db:
        user = await _managed(access, db, actor, user_id)
        await db.execute(delete(WebSession).where(WebSession.user_id == user_id))
    access.revocations.tell()
    return user.username


async def forget_second_factor(access: Access, actor: Account, user_id: int) -> str:
    """Lets that user sign in by the password alone and gives the username.

    Raises NotFound, NotAllowed where they may do more than `actor`.
    """
    async with access.sessions.begin() as db:
        user = await _managed(access, db, actor, user_id)
    await forget(access, user_id)
    return user.username


async def _managed(access: Access, db: AsyncSession, actor: Account, user_id: int) -> User:
    user = await locked_user(db, user_id)
    check_manages(actor.permissions, await permissions_now(db, user.roles, access.masked_for))
    return user


async def locked_user(db: AsyncSession, user_id: int) -> User:
    """That user, while nobody else changes any. Raises NotFound."""
    # All users are locked, in one order: of two administrators who demote each other at once the second must see
    # what the first did. SQLite has one writer, and the check below reads after writing.
    rows = (await db.scalars(select(User).order_by(User.id).with_for_update())).all()
    user = next((row for row in rows if row.id == user_id), None)
    if user is None:
        raise NotFound(f"there is no user {user_id}")
    return user


async def check_admin_is_left(db: AsyncSession) -> None:
    """Raises Conflict where what was changed leaves nobody who can sign in for good and do everything."""
    await db.flush()
    rows = (await db.scalars(select(User).execution_options(populate_existing=True))).all()
    if not any(
        lasts_as_admin(
            row.roles,
            is_disabled=row.is_disabled,
            has_temporary_password=row.password_expires_at is not None,
            sees_all=row.scope is None,
        )
        for row in rows
    ):
        raise Conflict("this is the last administrator who can sign in; make another one first")
