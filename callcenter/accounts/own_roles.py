"""What each role permits at this moment: the shipped ones, and those made in this centre."""

from collections.abc import Container, Iterable, Mapping
from typing import cast, get_args

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.rules import PERMISSIONS, Permission, permissions_of
from callcenter.accounts.tables import OwnRole, User
from callcenter.errors import BadInput


async def roles_now(db: AsyncSession) -> Mapping[str, frozenset[Permission]]:
    """What each role permits, by its name."""
    own = (await db.scalars(select(OwnRole))).all()
    return {**PERMISSIONS, **{role.name: known_permissions(role.permissions) for role in own}}


async def permissions_now(
    db: AsyncSession, roles: Iterable[str], masked_for: Container[str] = ()
) -> frozenset[Permission]:
    """What these roles permit together, where those of `masked_for` let nobody see numbers."""
    named = frozenset(roles)
    permitted = PERMISSIONS if named <= PERMISSIONS.keys() else await roles_now(db)
    return permissions_of(named, permitted, masked_for)


async def users_who_may(db: AsyncSession, *permissions: Permission) -> list[User]:
    """The users who are not disabled and have one of these permissions at present, by username."""
    users = await db.scalars(select(User).where(~User.is_disabled).order_by(User.username_key))
    permitted = await roles_now(db)
    return [user for user in users if not permissions_of(user.roles, permitted).isdisjoint(permissions)]


async def check_are_roles(db: AsyncSession, roles: Iterable[str]) -> None:
    """Raises BadInput for a name of no role. Until the transaction ends, none of them is deleted or renamed."""
    own = frozenset(roles) - PERMISSIONS.keys()
    unknown = own - {role.name for role in await locked_roles(db, OwnRole.name.in_(own))} if own else own
    if unknown:
        raise BadInput(f"there is no role {min(unknown)!r}", field="roles")


async def locked_roles(db: AsyncSession, which: ColumnElement[bool]) -> list[OwnRole]:
    """These roles as they stand until the transaction ends: nobody else deletes, renames or gives one of them.

    They are written to as they are, since SQLite locks nothing for who only reads.
    """
    stands = update(OwnRole).where(which).values(name=OwnRole.name).returning(OwnRole.id)
    ids = (await db.scalars(stands, execution_options={"synchronize_session": False})).all()
    return list(await db.scalars(select(OwnRole).where(OwnRole.id.in_(ids))))


def known_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Those that this version of the server has: what is kept may be older."""
    return cast("frozenset[Permission]", frozenset(names).intersection(get_args(Permission)))
