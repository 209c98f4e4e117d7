"""Whose account somebody has whom the provider vouches for; where the settings say so, one is made for them."""

import logging

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.oidc.rules import Person, Refused, roles_of
from callcenter.accounts.own_roles import roles_now
from callcenter.accounts.rules import check_username, username_key
from callcenter.accounts.service import Access, Account, account_by_provider
from callcenter.accounts.tables import OidcIdentity, User
from callcenter.accounts.users import check_admin_is_left, locked_user
from callcenter.errors import BadInput, Conflict
from callcenter.settings import OidcSettings

log = logging.getLogger(__name__)


async def account_for(access: Access, person: Person, settings: OidcSettings) -> tuple[Account, bool]:
    """The account of that person, and whether it was made just now.

    The first time they are found by their username; from then on by what names them at the provider, whatever they
    are called. Where groups give roles, the account has those of now. Raises Refused.
    """
    try:
        return await _account_for(access, person, settings)
    except IntegrityError:
        # They came twice at once: what the other one made is there now.
        return await _account_for(access, person, settings)


async def _account_for(access: Access, person: Person, settings: OidcSettings) -> tuple[Account, bool]:
    async with access.sessions.begin() as db:
        user = await _known(db, person) or await _named(db, person, access.clock())
        is_new = user is None
        if user is None:
            user = await _added(access, db, person, settings)
        if user.is_disabled:
            raise Refused("disabled", f"the user {user.username!r} is disabled")
        has_changed = not is_new and await _take_roles(db, user, person, settings)
        account = await account_by_provider(access, db, user)
    if has_changed:
        access.revocations.tell()
    return account, is_new


async def _known(db: AsyncSession, person: Person) -> User | None:
    identity = await db.get(OidcIdentity, (person.issuer, person.subject))
    return None if identity is None else await db.get_one(User, identity.user_id)


async def _named(db: AsyncSession, person: Person, now: float) -> User | None:
    user = await db.scalar(select(User).where(User.username_key == username_key(person.username)))
    if user is None:
        return None
    of_user = select(OidcIdentity).where(OidcIdentity.issuer == person.issuer, OidcIdentity.user_id == user.id)
    if await db.scalar(of_user) is not None:
        # Names are given to others when people leave: whoever has one now is not for that who had it before.
        raise Refused("taken", f"the user {user.username!r} is somebody else at the provider")
    db.add(OidcIdentity(issuer=person.issuer, subject=person.subject, user_id=user.id, created_at=now))
    await db.flush()
    return user


async def _added(access: Access, db: AsyncSession, person: Person, settings: OidcSettings) -> User:
    if not settings.adds_users:
        raise Refused("unknown", f"there is no user {person.username!r}")
    try:
        check_username(person.username)
    except BadInput as error:
        raise Refused("no_username", f"{person.username!r}: {error}") from error
    user = User(
        username=person.username,
        username_key=username_key(person.username),
        name=person.name or person.username,
        password_hash="",  # no password is theirs until somebody who manages users gives them one
        roles=await _roles(db, person, settings) or await _there(db, settings.new_user_roles),
        language="",
        is_disabled=False,
        created_at=access.clock(),
    )
    if not user.roles:
        raise Refused("no_role", f"nothing gives {person.username!r} a role")
    db.add(user)
    await db.flush()
    db.add(OidcIdentity(issuer=person.issuer, subject=person.subject, user_id=user.id, created_at=user.created_at))
    log.info("a user was added for whom the provider vouches: user %d", user.id)
    return user


async def _take_roles(db: AsyncSession, user: User, person: Person, settings: OidcSettings) -> bool:
    """Gives the user the roles of their groups, if groups give any; whether that changed something."""
    if not settings.roles_of_group:
        return False
    roles = await _roles(db, person, settings)
    if not roles:
        raise Refused("no_role", f"no group of {user.username!r} gives a role")
    if roles == user.roles:
        return False
    row = await locked_user(db, user.id)
    row.roles = roles
    try:
        await check_admin_is_left(db)
    except Conflict as error:
        raise Refused("last_admin", f"{user.username!r}: {error}") from error
    return True


async def _roles(db: AsyncSession, person: Person, settings: OidcSettings) -> list[str]:
    return await _there(db, roles_of(person.groups, settings.roles_of_group))


async def _there(db: AsyncSession, roles: tuple[str, ...]) -> list[str]:
    known = await roles_now(db)
    return sorted(role for role in set(roles) if role in known)
