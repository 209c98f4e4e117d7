"""The keys of encrypted files, as they are kept."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import Update, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import Damaged, KeyIsMissing
from callcenter.recordings.masters import Masters, Wrapped
from callcenter.recordings.sealing import sealed_name
from callcenter.recordings.tables import RecordingKey
from callcenter.store.engine import Sessions

BATCH = 500
"""Keys that are wrapped anew in one transaction."""


async def wrapped_key(session: AsyncSession, name: str) -> Wrapped | None:
    """The key of the file with this name; None: there is none (any more)."""
    row = await session.get(RecordingKey, name)
    return Wrapped(row.master, row.wrapped) if row else None


async def copy_keys(session: AsyncSession, copies: Sequence[str]) -> dict[str, Wrapped]:
    """The keys of copies with these names, by the names of their encrypted files."""
    rows = await session.scalars(select(RecordingKey).where(RecordingKey.name.in_([*map(sealed_name, copies)])))
    return {row.name: Wrapped(row.master, row.wrapped) for row in rows}


def key_row(name: str, wrapped: Wrapped, recording_id: int | None = None) -> RecordingKey:
    """The key of a file, to be kept; that of the copy of a recording goes with it."""
    return RecordingKey(name=name, recording_id=recording_id, master=wrapped.master, wrapped=wrapped.key)


# --- a new master key -------------------------------------------------------------------------------------------


class WrappedAnew(Struct, frozen=True):
    """How many keys were wrapped anew, and the names of the files whose key is damaged: they are left as they are."""

    count: int
    damaged: Sequence[str]


async def masters_in_use(sessions: Sessions) -> dict[str, int]:
    """How many keys are wrapped under each master key, by its id."""
    counted = select(RecordingKey.master, func.count()).group_by(RecordingKey.master)
    async with sessions() as session:
        return dict((await session.execute(counted)).all())


class KeysInUse(Struct, frozen=True):
    """How many keys are wrapped under each master key, by its id; the copy that was encrypted last, and its key."""

    masters: Mapping[str, int]
    newest: tuple[str, Wrapped] | None


async def keys_in_use(sessions: Sessions) -> KeysInUse:
    """What the database knows of keys."""
    last = select(RecordingKey).where(RecordingKey.recording_id.is_not(None))
    async with sessions() as session:
        row = await session.scalar(last.order_by(RecordingKey.recording_id.desc()).limit(1))
    newest = (row.name, Wrapped(row.master, row.wrapped)) if row else None
    return KeysInUse(await masters_in_use(sessions), newest)


async def check_masters(sessions: Sessions, masters: Masters) -> dict[str, int]:
    """What is in use. Raises KeyIsMissing where a master key is not there, before anything is done."""
    used = await masters_in_use(sessions)
    missing = missing_masters(used, masters)
    if missing:
        raise KeyIsMissing(f"{missing}; add them to the key file, below the newest")
    return used


def missing_masters(used: Mapping[str, int], masters: Masters) -> str:
    """Which of the master keys in use are not there, in words; "": none."""
    missing = {master: count for master, count in used.items() if master not in masters.ids}
    told = ", ".join(f"{master} ({count} files)" for master, count in sorted(missing.items()))
    return told and f"master keys are in use that are not there: {told}"


async def wrap_anew(
    sessions: Sessions, masters: Masters, told: Callable[[int], object] = lambda count: None
) -> WrappedAnew:
    """Wraps every key under the newest master key that is not yet, some at a time; `told` how many each time.

    It may be broken off and begun again at any time: each key is under the old or the new master key, never neither.
    Raises KeyIsMissing.
    """
    newest, count, damaged, after = masters.ids[0], 0, list[str](), ""
    while True:
        async with sessions.begin() as session:
            batch = select(RecordingKey).where(RecordingKey.master != newest, RecordingKey.name > after)
            rows = (await session.scalars(batch.order_by(RecordingKey.name).limit(BATCH))).all()
            values, broken = _under_newest(rows, masters)
            if values:
                await session.execute(_wrapping(), values)
        count, damaged = count + len(values), damaged + broken
        told(len(rows))
        if len(rows) < BATCH:
            return WrappedAnew(count, damaged)
        after = rows[-1].name


def _under_newest(rows: Sequence[RecordingKey], masters: Masters) -> tuple[list[dict[str, object]], list[str]]:
    values, damaged = list[dict[str, object]](), list[str]()
    for row in rows:
        try:
            key = masters.unwrap(Wrapped(row.master, row.wrapped), row.name)
        except Damaged:
            damaged.append(row.name)
            continue
        anew = masters.wrap(key, row.name)
        values.append({"of": row.name, "was": row.wrapped, "master": anew.master, "wrapped": anew.key})
    return values, damaged


def _wrapping() -> Update:
    """Only a key that is as it was read: it may have gone meanwhile, or be that of another file of that name."""
    keys = RecordingKey.metadata.tables[RecordingKey.__tablename__]
    return update(keys).where(keys.c.name == bindparam("of"), keys.c.wrapped == bindparam("was"))
