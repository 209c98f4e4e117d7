"""Roles as administrators make them: of named permissions, none of which the maker lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.own_roles import known_permissions, locked_roles, roles_now
from callcenter.accounts.rules import PERMISSIONS, Permission, check_gives, check_own_role, username_key
from callcenter.accounts.service import Access, Account
from callcenter.accounts.tables import OwnRole, User
from callcenter.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class RoleInUse:
    """A role and the usernames of those who have it; `id` None: it comes with the server and stays as it is."""

    id: int | None
    name: str
    permissions: frozenset[Permission]
    usernames: tuple[str, ...]


async def roles(access: Access) -> Sequence[RoleInUse]:
    """The shipped roles, then the own ones by name."""
    async with access.sessions() as db:
        own = (await db.scalars(select(OwnRole).order_by(OwnRole.name_key))).all()
        everybody = (await db.scalars(select(User).order_by(User.username_key))).all()
    shipped = [RoleInUse(None, str(name), each, _who_has(name, everybody)) for name, each in PERMISSIONS.items()]
    return [*shipped, *(_in_use(role, everybody) for role in own)]


async def roles_to_come(access: Access) -> Sequence[str]:
    """What the settings ask a second factor of and is no role (yet), so that it asks nobody."""
    return await no_roles(access, access.second_factor_for)


async def no_roles(access: Access, names: Iterable[str]) -> Sequence[str]:
    """Those of these names that are no role (yet)."""
    async with access.sessions() as db:
        known = await roles_now(db)
    return [name for name in names if name not in known]


async def make_role(access: Access, actor: Account, name: str, permissions: Sequence[Permission]) -> RoleInUse:
    """A new role. Raises BadInput naming the field, Conflict where the name is taken."""
    check_own_role(name, permissions, actor.permissions)
    row = OwnRole(
        name=name, name_key=username_key(name), permissions=sorted(set(permissions)), created_at=access.clock()
    )
    try:
        async with access.sessions.begin() as db:
            db.add(row)
    except IntegrityError as error:
        raise _taken(name) from error
    return _in_use(row, ())


async def change_role(
    access: Access, actor: Account, role_id: int, name: str, permissions: Sequence[Permission]
) -> tuple[RoleInUse, dict[str, Any]]:
    """Another name and other permissions, for all who have the role and at once; and what is otherwise now as it was.

    Raises NotFound, Conflict where the name is taken or the settings name the role by the old one, BadInput where
    `actor` lacks what it permits or will permit.
    """
    check_own_role(name, permissions, actor.permissions)
    try:
        async with access.sessions.begin() as db:
            row = await _locked(db, role_id)
            check_gives(actor.permissions, known_permissions(row.permissions), "permissions")
            if name != row.name and row.name in access.second_factor_for:
                raise Conflict(
                    f"accounts.second_factor_for names the role {row.name!r}: change the settings", field="name"
                )
            everybody = (await db.scalars(select(User).order_by(User.id).with_for_update())).all()
            for user in everybody:
                user.roles = sorted(name if role == row.name else role for role in user.roles)
            new = {"name": name, "permissions": sorted(set(permissions))}
            was = {field: getattr(row, field) for field, value in new.items() if getattr(row, field) != value}
            row.name, row.name_key, row.permissions = name, username_key(name), sorted(set(permissions))
    except IntegrityError as error:
        raise _taken(name) from error
    access.revocations.tell()
    return _in_use(row, everybody), was


async def delete_role(access: Access, role_id: int) -> str:
    """Gives the name that it had. Raises NotFound, Conflict naming those who have it."""
    async with access.sessions.begin() as db:
        row = await _locked(db, role_id)
        usernames = _who_has(row.name, (await db.scalars(select(User).order_by(User.username_key))).all())
        if usernames:
            raise Conflict(f"the role {row.name!r} is that of {', '.join(usernames)}; give them another one first")
        await db.delete(row)
    return row.name


async def _locked(db: AsyncSession, role_id: int) -> OwnRole:
    found = await locked_roles(db, OwnRole.id == role_id)
    if not found:
        raise NotFound(f"there is no role {role_id}")
    return found[0]


def _in_use(role: OwnRole, everybody: Iterable[User]) -> RoleInUse:
    return RoleInUse(role.id, role.name, known_permissions(role.permissions), _who_has(role.name, everybody))


def _who_has(role: str, everybody: Iterable[User]) -> tuple[str, ...]:
    return tuple(user.username for user in everybody if role in user.roles)


def _taken(name: str) -> Conflict:
    return Conflict(f"there is a role {name!r} already", field="name")
