"""Playlists in the database: clips in an order, for training. Each function is one transaction."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.clip_tables import Clip, Playlist, PlaylistClip
from callcenter.quality.clips.rules import check_order, checked_title, manages
from callcenter.quality.clips.service import Seen, seen_by, visible
from callcenter.quality.rules import Words
from callcenter.store.engine import Sessions

MOST_SHOWN = 200


class Draft(Struct, frozen=True):
    """What a playlist says, and the ids of its clips in their order."""

    title: Words
    description: Words
    is_published: bool
    clips: Sequence[int]


class SeenPlaylist(Struct, frozen=True):
    """A playlist as somebody sees it: its clips in order, each with whether they have heard it."""

    playlist: Playlist
    clips: Sequence[Seen]


async def playlists(sessions: Sessions, account: Account, now: Instant) -> list[SeenPlaylist]:
    """Those that this account sees, newest first, at most MOST_SHOWN."""
    query = select(Playlist).order_by(Playlist.id.desc()).limit(MOST_SHOWN)
    async with sessions() as session:
        found = (await session.scalars(query.where(_visible(account)))).all()
        return await _seen(session, found, account, now)


async def playlist(sessions: Sessions, playlist_id: int, account: Account, now: Instant) -> SeenPlaylist:
    """A playlist. Raises NotFound also for one that is not published to this account."""
    async with sessions() as session:
        found = await session.scalar(select(Playlist).where(Playlist.id == playlist_id, _visible(account)))
        if found is None:
            raise NotFound(f"There is no playlist {playlist_id}")
        return (await _seen(session, [found], account, now))[0]


def _visible(account: Account) -> ColumnElement[bool]:
    return or_(true() if manages(account.permissions) else false(), Playlist.is_published)


async def _seen(session: AsyncSession, found: Sequence[Playlist], account: Account, now: Instant) -> list[SeenPlaylist]:
    query = (
        select(PlaylistClip.playlist_id, Clip)
        .join(Clip, Clip.id == PlaylistClip.clip_id)
        .where(PlaylistClip.playlist_id.in_([one.id for one in found]), visible(account, now))
        .order_by(PlaylistClip.playlist_id, PlaylistClip.place)
    )
    rows = (await session.execute(query)).all()
    clips = {one.id: one for _, one in rows}
    seen = {one.clip.id: one for one in await seen_by(session, list(clips.values()), account)}
    return [SeenPlaylist(one, [seen[clip.id] for of, clip in rows if of == one.id]) for one in found]


async def make_playlist(sessions: Sessions, draft: Draft, account: Account, now: Instant) -> SeenPlaylist:
    """Raises BadInput naming the field."""
    async with sessions.begin() as session:
        made = Playlist(**_columns(draft), made_at=now, made_by=account.username)
        session.add(made)
        await session.flush()
        await _set_clips(session, made.id, draft.clips, account, now)
        return (await _seen(session, [made], account, now))[0]


async def change_playlist(
    sessions: Sessions, playlist_id: int, draft: Draft, version: int, account: Account, now: Instant
) -> SeenPlaylist:
    """Says it anew, with these clips. Raises BadInput, NotFound, Conflict for an old version."""
    async with sessions.begin() as session:
        one = await session.get(Playlist, playlist_id)
        if one is None:
            raise NotFound(f"There is no playlist {playlist_id}")
        columns = _columns(draft) | {"version": version + 1}
        changing = update(Playlist).where(Playlist.id == playlist_id, Playlist.version == version).values(columns)
        if await session.scalar(changing.returning(Playlist.id)) is None:
            raise Conflict("The playlist was changed meanwhile; load it again")
        await _set_clips(session, playlist_id, draft.clips, account, now)
        await session.refresh(one)
        return (await _seen(session, [one], account, now))[0]


async def delete_playlist(sessions: Sessions, playlist_id: int) -> None:
    """Its clips stay. Raises NotFound."""
    async with sessions.begin() as session:
        deleting = delete(Playlist).where(Playlist.id == playlist_id).returning(Playlist.id)
        if await session.scalar(deleting) is None:
            raise NotFound(f"There is no playlist {playlist_id}")


def _columns(draft: Draft) -> dict[str, object]:
    title = checked_title(draft.title)
    return {
        "title_en": title.en,
        "title_zh": title.zh,
        "description_en": draft.description.en.strip(),
        "description_zh": draft.description.zh.strip(),
        "is_published": draft.is_published,
    }


async def _set_clips(
    session: AsyncSession, playlist_id: int, clips: Sequence[int], account: Account, now: Instant
) -> None:
    check_order(clips)
    known = set(await session.scalars(select(Clip.id).where(Clip.id.in_(clips), visible(account, now))))
    for nth, clip_id in enumerate(clips):
        if clip_id not in known:
            raise BadInput(f"There is no clip {clip_id}", field=f"clips.{nth}")
    await session.execute(delete(PlaylistClip).where(PlaylistClip.playlist_id == playlist_id))
    session.add_all(
        PlaylistClip(playlist_id=playlist_id, place=place, clip_id=clip_id) for place, clip_id in enumerate(clips)
    )
    await session.flush()
