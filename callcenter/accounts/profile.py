"""One's own account: name, language, password, and where one is signed in."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from callcenter.accounts.rules import check_changed_password, check_new_password
from callcenter.accounts.service import SESSION_ID_LENGTH, Access, Account, check_own_password, other_sessions_gone
from callcenter.accounts.tables import User, WebSession
from callcenter.errors import NotFound, NotSignedIn


async def change_profile(access: Access, account: Account, changes: Mapping[str, Any]) -> None:
    """Changes one's own `name` and `language`."""
    async with access.sessions.begin() as db:
        user = await db.get(User, account.id)
        if user is None:
            raise NotSignedIn("sign in first")
        for name, value in changes.items():
            setattr(user, name, value)


async def change_password(access: Access, account: Account, old: str, password: str, address: str) -> None:
    """Changes one's own password and ends one's other sessions; a temporary password becomes a lasting one.

    Raises BadInput naming the field for a wrong old password or a new one that cannot be accepted, TooMany while the
    throttle of sign-in is locked: an open browser must not be a place to guess the password at.
    """
    check_new_password(account.username, password)
    check_changed_password(old, password)
    user = await check_own_password(access, account, old, address, field="old_password")
    password_hash = await access.passwords.hash(password)
    async with access.sessions.begin() as db:
        # Where it was reset meanwhile, that counts: whoever knew the old password must not undo it.
        row = await db.scalar(select(User).where(User.id == account.id).with_for_update())
        if row is None or row.password_hash != user.password_hash:
            raise NotSignedIn("the password was changed elsewhere; sign in again")
        row.password_hash, row.password_expires_at = password_hash, None
        await db.execute(other_sessions_gone(account))
    access.revocations.tell()


async def sessions_of(access: Access, account: Account) -> Sequence[WebSession]:
    """Where one is signed in, the last used first."""
    query = (
        select(WebSession)
        .where(WebSession.user_id == account.id, WebSession.expires_at > access.clock())
        .order_by(WebSession.last_seen_at.desc(), WebSession.token_sha256)
    )
    async with access.sessions() as db:
        return (await db.scalars(query)).all()


async def end_session(access: Access, account: Account, session_id: str) -> None:
    """Ends one of one's own sessions. Raises NotFound, also for somebody else's."""
    gone = delete(WebSession).where(
        WebSession.user_id == account.id, WebSession.token_sha256.startswith(session_id, autoescape=True)
    )
    async with access.sessions.begin() as db:
        found = len(session_id) == SESSION_ID_LENGTH and (await db.execute(gone.returning(WebSession.user_id))).first()
        if not found:
            raise NotFound(f"you have no session {session_id!r}")
    access.revocations.tell()


async def end_other_sessions(access: Access, account: Account) -> None:
    """Ends all of one's sessions but the one that asks."""
    async with access.sessions.begin() as db:
        await db.execute(other_sessions_gone(account))
    access.revocations.tell()
