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

from callcenter.dialer.rules import AttemptState, ListState, TargetState
from callcenter.store.tables import Base, RowId


class CallbackList(Base):
    """A set of people to call back, through one queue of one PBX, in its windows and by its rules.

    `windows` and `rules` are JSON as in docs/api.md (Callbacks).
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
    detect_machine: Mapped[bool] = mapped_column(Boolean, default=False)
    region: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[float] = mapped_column(Double)


class Target(Base):
    """Somebody to call back. `attempts` counts those that count against the maximum; `due_at` None: never again."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        Index(None, "list_id", "state", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    attributes: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), default=TargetState.OPEN.value)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_outcome: Mapped[str | None] = mapped_column(String(16), default=None)
    due_at: Mapped[float | None] = mapped_column(Double)


class Attempt(Base):
    """One dial to one target, committed before the call is asked for. `attempt_id` is the id of its channel.

    It is in the air while `ended_at` is NULL, and the database itself lets no number be in the air twice, whatever
    list it is on. `is_counted` is False where the call never left: it is not held against the target.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index(
            "uq_attempts_number_in_air",
            "number",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_attempts_pbx_queue_in_air",
            "pbx",
            "queue",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "list_id", "id"),
        Index(None, "target_id"),
        Index(None, "placed_at"),
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


# APScheduler's table, as its SQLAlchemyJobStore declares it: it would make the table by itself, but two processes that
# start at once would both try.
wake_ups = Table(
    "wake_ups",
    Base.metadata,
    Column("id", Unicode(191), primary_key=True),
    Column("next_run_time", Float(25), index=True),
    Column("job_state", LargeBinary, nullable=False),
)
