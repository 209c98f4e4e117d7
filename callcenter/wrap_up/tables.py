"""The tables of wrap-up forms: what can be chosen, and what was written down of which conversation."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId

LONGEST_NOTE = 4_000


class WrapUpChoice(Base):
    """A reason or a result (`rules.Kind`); `place` orders those below one `parent_id`. It is retired, never deleted."""

    __tablename__ = "wrap_up_choices"
    __table_args__ = (Index(None, "parent_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("wrap_up_choices.id"), default=None)
    label_en: Mapped[str] = mapped_column(String(100))
    label_zh: Mapped[str] = mapped_column(String(100))
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    place: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[Instant | None] = mapped_column(Double, default=None)


class WrapUpRecord(Base):
    """What an agent wrote down of their part in a call; one who talked twice in it has one record.

    `reason_id` is the lower reason where there are two. `next_at` is when the other side was promised a call, as target
    `target_id`. `customer_id` is whose number it was, where one customer has it. `earlier` holds what stood there
    before each change, the oldest first.
    """

    __tablename__ = "wrap_up_records"
    __table_args__ = (
        UniqueConstraint("pbx", "call_id", "agent_number"),
        Index(None, "reason_id", "written_at"),
        Index(None, "customer_id"),
        Index(None, "target_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    agent_number: Mapped[str] = mapped_column(String)
    agent_name: Mapped[str] = mapped_column(String)
    reason_id: Mapped[int] = mapped_column(ForeignKey("wrap_up_choices.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("wrap_up_choices.id"))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    next_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    next_agent: Mapped[str] = mapped_column(String, default="")
    target_id: Mapped[int | None] = mapped_column(ForeignKey("targets.id", ondelete="SET NULL"), default=None)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), default=None)
    written_at: Mapped[Instant] = mapped_column(Double)
    written_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[Instant] = mapped_column(Double)
    changed_by: Mapped[str] = mapped_column(String(64))
    earlier: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
