"""API keys: other programs act for a user, with some of the user's permissions and never more than these."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.accounts.rules import Permission, check_new_key
from callcenter.accounts.service import TOUCH_SECONDS, Access, Account, account_of_user
from callcenter.accounts.tables import ApiKey
from callcenter.accounts.tokens import digest, new_token
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant

PREFIX = "callcenter_"
"""A leaked key is recognised by it, by people and by scanners of repositories."""

MOST_KEYS = 50
"""So many may one user have."""


async def make_key(
    access: Access, account: Account, name: str, permissions: Sequence[Permission], expires_at: Instant | None
) -> tuple[ApiKey, str]:
    """A new key of that user and its secret, which is kept nowhere but in the answer.

    Raises BadInput naming the field, Conflict where the name is taken or the user has `MOST_KEYS`.
    """
    now = access.clock()
    check_new_key(permissions, account.permissions, expires_at, now)
    secret = PREFIX + new_token()
    row = ApiKey(
        user_id=account.id,
        name=name,
        secret_sha256=digest(secret),
        permissions=sorted(set(permissions)),
        created_at=now,
        expires_at=expires_at,
    )
    try:
        async with access.sessions.begin() as db:
            if (await db.scalar(select(func.count()).where(ApiKey.user_id == account.id)) or 0) >= MOST_KEYS:
                raise Conflict(f"a user has at most {MOST_KEYS} keys; revoke one first")
            db.add(row)
            await db.flush()
            await db.refresh(row, ["user"])
    except IntegrityError as error:
        raise Conflict(f"you have a key {name!r} already", field="name") from error
    return row, secret


async def find_key(access: Access, secret: str, address: str) -> Account | None:
    """For whom this secret acts, with what both the key and its user may do at this moment; None if it is no key."""
    now = access.clock()
    async with access.sessions() as db:
        key = await db.scalar(select(ApiKey).where(ApiKey.secret_sha256 == digest(secret)))
        if key is None or key.user.is_disabled or (key.expires_at is not None and key.expires_at <= now):
            return None
        account = await account_of_user(access, db, key.user)
    if key.last_used_at is None or now - key.last_used_at >= TOUCH_SECONDS:
        used = update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now, last_address=address)
        async with access.sessions.begin() as db:
            await db.execute(used)
    return account.acting_by(key.id, key.permissions)


async def keys(access: Access, account: Account) -> Sequence[ApiKey]:
    """The user's keys, by name; those of everybody for who manages users and sees everything."""
    query = select(ApiKey).order_by(ApiKey.name, ApiKey.id)
    if not _manages(account):
        query = query.where(ApiKey.user_id == account.id)
    async with access.sessions() as db:
        return (await db.scalars(query)).all()


async def revoke_key(access: Access, account: Account, key_id: int) -> None:
    """Ends a key at once. Raises NotFound, also for somebody else's where one does not manage users."""
    gone = delete(ApiKey).where(ApiKey.id == key_id)
    if not _manages(account):
        gone = gone.where(ApiKey.user_id == account.id)
    async with access.sessions.begin() as db:
        if (await db.execute(gone.returning(ApiKey.id))).first() is None:
            raise NotFound(f"there is no key {key_id}")
    access.revocations.tell()


def _manages(account: Account) -> bool:
    return "manage_users" in account.permissions and account.scope.is_everything
