"""One table a fact class, derived from the fact: its fields are the columns, its key is the unique constraint.

Instants are double-precision epoch seconds (docs/decisions/0001-instants-are-epoch-seconds.md). Features put their own
tables on the same `Base`. A migration that is missing here or there is found by tests/store/test_migrations.py.
"""

import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from callcenter.floor.facts import (
    AttemptResult,
    CallerSurvey,
    CallRecord,
    Conversation,
    Fact,
    Gap,
    Hold,
    QueueVisit,
    RecordingFile,
    RecordingPause,
    Ring,
    SeatSpell,
)

AFact = TypeVar("AFact", bound=Fact)

# SQLite numbers rows by itself only for a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")

COLUMN_TYPES: dict[type, TypeEngine[Any]] = {
    bool: Boolean(),
    int: BigInteger(),
    float: Double(),
    str: String(),
    StrEnum: String(32),
}


class Base(DeclarativeBase):
    """All tables of the server; constraints have names that a migration can rely on."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def _column(name: str, hint: Any) -> Column[Any]:
    """The column for a field; `X | None` is nullable, a NewType is its supertype, an enum is its value."""
    options = typing.get_args(hint) or (hint,)
    kind = next(option for option in options if option is not type(None))
    kind = getattr(kind, "__supertype__", kind)
    kind = StrEnum if issubclass(kind, StrEnum) else kind
    return Column(name, COLUMN_TYPES[kind], nullable=type(None) in options)


def fact_table(fact: type[Fact], name: str, *indexes: tuple[str, ...]) -> Table:
    """The table of a fact class, with a surrogate `id` for pages and links."""
    hints = typing.get_type_hints(fact)
    columns = [_column(field, hints[field]) for field in fact.__struct_fields__]
    table = Table(name, Base.metadata, Column("id", RowId, primary_key=True), *columns, UniqueConstraint(*fact.key))
    for index in indexes:
        Index(None, *(table.c[column] for column in index))
    return table


queue_visits = fact_table(
    QueueVisit,
    "queue_visits",
    ("joined_at",),
    ("pbx", "call_id"),
    ("queue", "joined_at"),
    ("agent_number", "joined_at"),
    ("number", "joined_at"),
    ("outcome", "joined_at"),
)
rings = fact_table(Ring, "rings", ("began_at",), ("pbx", "call_id"), ("agent_number", "began_at"))
conversations = fact_table(
    Conversation,
    "conversations",
    ("began_at",),
    ("completed_at",),
    ("pbx", "call_id"),
    ("agent_number", "began_at"),
    ("agent_name", "began_at"),
    ("team", "began_at"),
    ("hold_seconds",),
    ("talk_seconds",),
)
holds = fact_table(Hold, "holds", ("pbx", "call_id"), ("ended_at",))
seat_spells = fact_table(SeatSpell, "seat_spells", ("since",), ("until",), ("agent_number", "since"))

LONG_SPELL_SECONDS = 3_600
"""Few spells are longer. They have an index of their own, so that those of a moment are found without all others."""

_is_long = text(f"until - since > {LONG_SPELL_SECONDS}")
_is_pause = text("state = 'paused'")
Index("ix_seat_spells_pauses", seat_spells.c.since, sqlite_where=_is_pause, postgresql_where=_is_pause)
Index("ix_seat_spells_long", seat_spells.c.since, seat_spells.c.until, sqlite_where=_is_long, postgresql_where=_is_long)
calls = fact_table(CallRecord, "calls", ("started_at", "id"), ("number", "started_at"), ("attempt_id",))
recording_files = fact_table(RecordingFile, "recording_files", ("pbx", "call_id"), ("began_at",))
recording_pauses = fact_table(RecordingPause, "recording_pauses", ("pbx", "call_id"), ("ended_at",))
caller_surveys = fact_table(
    CallerSurvey, "caller_surveys", ("asked_at",), ("ended_at",), ("pbx", "call_id"), ("agent_number", "asked_at")
)
attempt_results = fact_table(AttemptResult, "attempt_results", ("ended_at",), ("pbx", "call_id"))
gaps = fact_table(Gap, "gaps", ("until",))

touched_quarters = Table(
    "touched_quarters",
    Base.metadata,
    Column("start", Double, primary_key=True),
    Column("times", BigInteger, nullable=False),
)
"""The quarters of an hour whose rows changed since they were rolled up (store/touched.py)."""

erased_numbers = Table(
    "erased_numbers",
    Base.metadata,
    Column("digest", String(64), primary_key=True),
    Column("end", String(2), nullable=False),
    Column("stand_in", String(24), nullable=False),
    Column("before", Double, nullable=False),
    Column("held", JSON, nullable=False),
)
"""The lines of persons who were erased, known by a keyed digest alone (store/erased.py): facts that began `before` are
written without them, but for those of the calls in `held` (`[pbx, call_id]`), which a legal hold keeps."""

FACT_TABLES: dict[type[Fact], Table] = {
    QueueVisit: queue_visits,
    Ring: rings,
    Conversation: conversations,
    Hold: holds,
    SeatSpell: seat_spells,
    CallRecord: calls,
    RecordingFile: recording_files,
    RecordingPause: recording_pauses,
    CallerSurvey: caller_surveys,
    AttemptResult: attempt_results,
    Gap: gaps,
}


def fact_of(fact: type[AFact], row: Mapping[Any, Any]) -> AFact:
    """The fact that a row (`result.mappings()`) was written from."""
    return msgspec.convert({field: row[field] for field in fact.__struct_fields__}, fact)
