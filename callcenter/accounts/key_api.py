"""The routes of API keys (docs/api.md, API keys). A key makes no keys: who has one must not be able to keep others."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts import keys
from callcenter.accounts.api import in_person, requires
from callcenter.accounts.rules import Permission
from callcenter.accounts.service import Access, Account
from callcenter.accounts.tables import ApiKey

KeyId = Annotated[int, Field(ge=1, le=2**53)]


class NewKey(BaseModel):
    """A key to make; no `expires_at` means that it lasts until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    permissions: Annotated[list[Permission], Field(max_length=100)]
    expires_at: Annotated[float, Field(ge=0, le=1e11)] | None = None


class KeyAnswer(BaseModel):
    """A key, without its secret; `expires_at` null: it lasts until it is revoked."""

    id: int
    name: str
    username: str
    permissions: list[str]
    created_at: float
    expires_at: float | None
    last_used_at: float | None
    last_address: str


class NewKeyAnswer(KeyAnswer):
    """A key, and its secret, which is told only here."""

    secret: str


class KeysAnswer(BaseModel):
    """Keys: one's own, or everybody's."""

    keys: list[KeyAnswer]


def key_routes(access: Access) -> APIRouter:
    """`/api/keys`: one's own, and for who manages users everybody's."""
    routes = APIRouter()

    @routes.get("/api/keys")
    async def list_keys(account: Annotated[Account, requires(reach="own")]) -> KeysAnswer:
        return KeysAnswer(keys=[KeyAnswer(**_shape(key)) for key in await keys.keys(access, in_person(account))])

    @routes.post("/api/keys", status_code=201)
    async def create(new: NewKey, account: Annotated[Account, requires(reach="own")]) -> NewKeyAnswer:
        person = in_person(account)
        key, secret = await keys.make_key(access, person, new.name.strip(), new.permissions, new.expires_at)
        return NewKeyAnswer(**_shape(key), secret=secret)

    @routes.delete("/api/keys/{key_id}", status_code=204)
    async def revoke(key_id: KeyId, account: Annotated[Account, requires(reach="own")]) -> None:
        await keys.revoke_key(access, in_person(account), key_id)

    return routes


def _shape(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "username": key.user.username,
        "permissions": key.permissions,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "last_address": key.last_address,
    }
