"""The tables of the dialer: lists, their targets, and every attempt to call one."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Unicode,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.dialer.rules import DEFAULT_MAX_ATTEMPTS_PER_DAY, AttemptState, ListState, Mode, OfferState, TargetState
from callcenter.store.tables import Base, RowId

IN_AIR, OWNED, OFFERED = "ended_at IS NULL", "owner_agent <> ''", "state = 'open'"


def _only(condition: str) -> dict[str, Any]:
    """The options of an index over the rows of which this is true."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class CallbackList(Base):
    """A set of people to call back, through one queue of one PBX, in its windows and by its rules.

    `windows`, `calendar` and `rules` are JSON as in docs/api.md (Callbacks). `reserved_seats` are left to callers who
    call in. `abandon_target` (0–1) bounds a predictive list. A preview is shown for `preview_seconds`; a promise waits
    for its agent for `personal_seconds`. Calls leave by `trunk` (trunks.py; "": the dialer's own). Where a rule says
    escalate, `escalation_list_id` goes on. An agent should complete `hourly_goal` callbacks in an hour (0: no goal).
    """

    __tablename__ = "lists"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    pbx: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16), default=ListState.STOPPED.value)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rules: Mapped[dict[str, dict[str, float]]] = mapped_column(JSON)
    max_attempts: Mapped[int] = mapped_column(Integer)
    max_attempts_per_day: Mapped[int] = mapped_column(Integer, default=DEFAULT_MAX_ATTEMPTS_PER_DAY)
    calendar: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mode: Mapped[str] = mapped_column(String(16), default=Mode.PROGRESSIVE.value)
    trunk: Mapped[str] = mapped_column(String(64), default="")
    reserved_seats: Mapped[int] = mapped_column(Integer, default=0)
    abandon_target: Mapped[float] = mapped_column(Double, default=0.03)
    preview_seconds: Mapped[float] = mapped_column(Double, default=30.0)
    personal_seconds: Mapped[float] = mapped_column(Double, default=14_400.0)
    escalation_list_id: Mapped[int | None] = mapped_column(RowId, default=None)
    hourly_goal: Mapped[int] = mapped_column(Integer, default=0)
    detect_machine: Mapped[bool] = mapped_column(Boolean, default=False)
    region: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[float] = mapped_column(Double)


class Target(Base):
    """Somebody to call back. `attempts` counts those that count against the maximum; `due_at` None: never again.

    `number` is the first one, `other_numbers` follow it; `dial_number` is the one to call next, the `number_index`-th.
    `time_zones` are those where the customer may be (`calendar.zones_of`). Of those due the smallest `priority` comes
    first. A target with an `owner_agent` is a promise: until `owner_until` nobody else is offered it. `came_from` is
    the target that was escalated to this one. `closed_at` is since when it is over, reached or not; `promised_at` when
    the customer, who is being talked with, is called again (promises.py).
    """

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        Index(None, "list_id", "state", "due_at", "id"),
        Index(None, "list_id", "state", "priority", "due_at", "id"),
        Index("ix_targets_owned", "owner_agent", "state", **_only(OWNED)),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(16))
    other_numbers: Mapped[list[str]] = mapped_column(JSON, default=list)
    number_index: Mapped[int] = mapped_column(Integer, default=0)
    dial_number: Mapped[str] = mapped_column(String(16))
    time_zones: Mapped[str] = mapped_column(String, default="")
    name: Mapped[str] = mapped_column(String(200))
    attributes: Mapped[dict[str, str]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column(Integer, default=5)
    owner_agent: Mapped[str] = mapped_column(String(64), default="")
    owner_until: Mapped[float | None] = mapped_column(Double, default=None)
    came_from: Mapped[int | None] = mapped_column(RowId, default=None)
    state: Mapped[str] = mapped_column(String(16), default=TargetState.OPEN.value)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_outcome: Mapped[str | None] = mapped_column(String(16), default=None)
    due_at: Mapped[float | None] = mapped_column(Double)
    closed_at: Mapped[float | None] = mapped_column(Double, default=None)
    promised_at: Mapped[float | None] = mapped_column(Double, default=None)


class Attempt(Base):
    """One dial to one target, committed before the call is asked for. `attempt_id` is the id of its channel.

    It is in the air while `ended_at` is NULL, and the database itself lets no number be in the air twice, whatever
    list it is on. `is_counted` is False where the call never left: it is not held against the target. `is_machine` is
    what detection said, None where it was not asked. `interface` is the phone of the agent who accepted the preview;
    `trunk` that of the list when the attempt was committed.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index("uq_attempts_number_in_air", "number", unique=True, **_only(IN_AIR)),
        Index("ix_attempts_pbx_queue_in_air", "pbx", "queue", **_only(IN_AIR)),
        Index(None, "list_id", "id"),
        Index(None, "target_id"),
        Index(None, "placed_at"),
        Index(None, "number", "placed_at"),
        Index(None, "pbx", "queue", "answered_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(64), unique=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"))
    pbx: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(128))
    number: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default=AttemptState.PLACED.value)
    outcome: Mapped[str | None] = mapped_column(String(16), default=None)
    is_counted: Mapped[bool] = mapped_column(Boolean, default=True)
    placed_at: Mapped[float] = mapped_column(Double)
    answered_at: Mapped[float | None] = mapped_column(Double, default=None)
    ended_at: Mapped[float | None] = mapped_column(Double, default=None)
    agent_number: Mapped[str] = mapped_column(String, default="")
    call_id: Mapped[str | None] = mapped_column(String, default=None)
    cause: Mapped[int | None] = mapped_column(Integer, default=None)
    tech_cause: Mapped[str] = mapped_column(String, default="")
    mode: Mapped[str] = mapped_column(String(16), default=Mode.PROGRESSIVE.value)
    is_machine: Mapped[bool | None] = mapped_column(Boolean, default=None)
    interface: Mapped[str] = mapped_column(String(128), default="")
    trunk: Mapped[str] = mapped_column(String(64), default="")


class Offer(Base):
    """A target shown to an agent, who accepts it, skips it with a reason, or lets the countdown run out."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("uq_offers_target_id_open", "target_id", unique=True, **_only(OFFERED)),
        Index("uq_offers_agent_number_open", "agent_number", unique=True, **_only(OFFERED)),
        Index(None, "list_id", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"))
    agent_number: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default=OfferState.OPEN.value)
    offered_at: Mapped[float] = mapped_column(Double)
    until: Mapped[float] = mapped_column(Double)
    decided_at: Mapped[float | None] = mapped_column(Double, default=None)
    skip_reason: Mapped[str] = mapped_column(String(200), default="")


class DoNotCall(Base):
    """A number, or every number that begins so, that nobody calls until `expires_at` (None: for good)."""

    __tablename__ = "do_not_call"
    __table_args__ = (UniqueConstraint("number", "is_prefix"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    number: Mapped[str] = mapped_column(String(16))
    is_prefix: Mapped[bool] = mapped_column(Boolean, default=False)
    expires_at: Mapped[float | None] = mapped_column(Double, default=None)
    source: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[float] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64), default="")


class Lease(Base):
    """Who may dial: one process until an instant. `token` grows with each holder, so that a former one is known."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    token: Mapped[int] = mapped_column(RowId)
    until: Mapped[float] = mapped_column(Double)


class EmergencyStop(Base):
    """Somebody stopped all dialling, and perhaps somebody let it go on: kept for the account of it."""

    __tablename__ = "emergency_stops"
    __table_args__ = (Index("uq_emergency_stops_in_force", "lifted_by", unique=True, **_only("lifted_at IS NULL")),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    stopped_at: Mapped[float] = mapped_column(Double)
    stopped_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500), default="")
    lifted_at: Mapped[float | None] = mapped_column(Double, default=None)
    lifted_by: Mapped[str] = mapped_column(String(64), default="")


class Result(Base):
    """Something came of an attempt. Its id grows in the order in which results became known: a follower's place."""

    __tablename__ = "results"
    __table_args__ = (Index(None, "list_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), index=True)


class Import(Base):
    """A file that becomes targets of a list, or (`list_id` None) entries of the do-not-call list.

    `columns` are the names in its first row, `options` how it is read (docs/api.md, Imports). `content` is kept until
    it is imported. `counts` say what came of it, `report` which rows were in error or left out.
    """

    __tablename__ = "imports"
    __table_args__ = (Index(None, "list_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    columns: Mapped[list[str]] = mapped_column(JSON)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    detail: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[float] = mapped_column(Double, index=True)
    created_by: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[float | None] = mapped_column(Double, default=None)
    ended_at: Mapped[float | None] = mapped_column(Double, default=None)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)


# APScheduler's table, as its SQLAlchemyJobStore declares it: it would make the table by itself, but two processes that
# start at once would both try.
wake_ups = Table(
    "wake_ups",
    Base.metadata,
    Column("id", Unicode(191), primary_key=True),
    Column("next_run_time", Float(25), index=True),
    Column("job_state", LargeBinary, nullable=False),
)
