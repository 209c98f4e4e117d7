"""The routes of roles (docs/api.md, Roles), for people who manage users; a program's key manages nobody."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts import roles
from callcenter.accounts.api import in_person, note, requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.roles import RoleInUse
from callcenter.accounts.rules import ROLE_LENGTH, Permission
from callcenter.accounts.service import Access, Account
from callcenter.plain_text import VISIBLE

RoleId = Annotated[int, Field(ge=1, le=2**53)]
Manager = Annotated[Account, requires("manage_users")]


class RoleToWrite(BaseModel):
    """A role as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=ROLE_LENGTH, pattern=VISIBLE)]
    permissions: Annotated[list[Permission], Field(max_length=100)]


class RoleShape(BaseModel):
    """A role, what it permits, and who has it (usernames); `id` null: it comes with the server."""

    id: int | None
    name: str
    permissions: list[Permission]
    users: list[str]


class Roles(BaseModel):
    """The shipped roles, then the own ones by name."""

    roles: list[RoleShape]


def role_routes(access: Access) -> APIRouter:
    """`/api/roles`."""
    routes = APIRouter(route_class=OnceRoute)

    @routes.get("/api/roles")
    async def list_roles(account: Manager) -> Roles:
        in_person(account)
        return Roles(roles=[_shape(role) for role in await roles.roles(access)])

    @routes.post("/api/roles", status_code=201)
    async def create(new: RoleToWrite, account: Manager) -> RoleShape:
        return _shape(await roles.make_role(access, in_person(account), new.name.strip(), new.permissions))

    @routes.put("/api/roles/{role_id}")
    async def change(role_id: RoleId, new: RoleToWrite, account: Manager, request: Request) -> RoleShape:
        actor, name = in_person(account), new.name.strip()
        role, was = await roles.change_role(access, actor, role_id, name, new.permissions)
        note(request, was=was)
        return _shape(role)

    @routes.delete("/api/roles/{role_id}", status_code=204)
    async def remove(role_id: RoleId, account: Manager, request: Request) -> None:
        in_person(account)
        note(request, name=await roles.delete_role(access, role_id))

    return routes


def _shape(role: RoleInUse) -> RoleShape:
    return RoleShape(id=role.id, name=role.name, permissions=sorted(role.permissions), users=list(role.usernames))
