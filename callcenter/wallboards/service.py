"""Wallboards in the database: made, listed, revoked; and found by the token of their link."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.accounts.tokens import digest, new_token
from callcenter.errors import Conflict, NotFound, NotSignedIn
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions
from callcenter.wallboards.tables import Wallboard

TOUCH_SECONDS: Seconds = 60
"""A link's use is written down at most once in this time."""


async def wallboards(sessions: Sessions) -> Sequence[Wallboard]:
    """All of them, by name."""
    async with sessions() as db:
        return (await db.scalars(select(Wallboard).order_by(Wallboard.name))).all()


async def wallboard(sessions: Sessions, board_id: int) -> Wallboard:
    """One of them. Raises NotFound."""
    async with sessions() as db:
        row = await db.get(Wallboard, board_id)
    if row is None:
        raise NotFound(f"there is no wallboard {board_id}")
    return row


async def add_wallboard(sessions: Sessions, fields: Mapping[str, Any], by: str, now: Instant) -> tuple[Wallboard, str]:
    """Makes a board; the token of its link is told here and kept nowhere. Raises Conflict if the name is taken."""
    token = new_token()
    row = Wallboard(**fields, token_sha256=digest(token), created_at=now, created_by=by)
    try:
        async with sessions.begin() as db:
            db.add(row)
    except IntegrityError as error:
        raise Conflict(f"there is a wallboard called {fields['name']!r} already", field="name") from error
    return row, token


async def renew_link(sessions: Sessions, board_id: int) -> tuple[Wallboard, str]:
    """Gives a board another link; the old one opens nothing any more. Raises NotFound."""
    token = new_token()
    async with sessions.begin() as db:
        row = await db.get(Wallboard, board_id)
        if row is None:
            raise NotFound(f"there is no wallboard {board_id}")
        row.token_sha256 = digest(token)
    return row, token


async def revoke(sessions: Sessions, board_id: int) -> None:
    """Removes a board; its link opens nothing any more, and TVs that show it lose it. Raises NotFound."""
    async with sessions.begin() as db:
        done = await db.execute(delete(Wallboard).where(Wallboard.id == board_id).returning(Wallboard.id))
        if done.first() is None:
            raise NotFound(f"there is no wallboard {board_id}")


async def open_board(sessions: Sessions, token: str, now: Instant) -> Wallboard:
    """The board of a link. Raises NotSignedIn for a link that is revoked, expired or none at all."""
    async with sessions() as db:
        row = await db.scalar(select(Wallboard).where(Wallboard.token_sha256 == digest(token)))
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise NotSignedIn("this link opens no wallboard: it was revoked or has expired")
    if row.last_used_at is None or now - row.last_used_at >= TOUCH_SECONDS:
        async with sessions.begin() as db:
            await db.execute(update(Wallboard).where(Wallboard.id == row.id).values(last_used_at=now))
    return row
