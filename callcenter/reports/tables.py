"""The tables of saved reports and of each delivery of one."""

from typing import Any

from sqlalchemy import JSON, Boolean, Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.events import Instant
from callcenter.store.tables import Base, RowId


class SavedReport(Base):
    """A report that somebody keeps, and when and where it is delivered.

    `parameters` and `schedule` (None: none) are JSON as in docs/api.md (Saved reports). `scheduled_by` answers for what
    the schedule sends. `next_due_at` is None while nothing is scheduled.
    """

    __tablename__ = "saved_reports"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(64))
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    language: Mapped[str] = mapped_column(String(2))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    scheduled_by: Mapped[str] = mapped_column(String(64), default="")
    next_due_at: Mapped[Instant | None] = mapped_column(Double, index=True)
    created_at: Mapped[Instant] = mapped_column(Double)
    changed_at: Mapped[Instant] = mapped_column(Double)


class ReportRun(Base):
    """One delivery: of the span that the report meant at `due_at`. `delivery_id` is its mail's in the outbox.

    `asked_by` is None where the schedule asked. The database itself lets no due time be delivered twice.
    """

    __tablename__ = "report_runs"
    __table_args__ = (UniqueConstraint("report_id", "due_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("saved_reports.id", ondelete="CASCADE"))
    due_at: Mapped[Instant] = mapped_column(Double)
    began_at: Mapped[Instant] = mapped_column(Double)
    ended_at: Mapped[Instant] = mapped_column(Double)
    asked_by: Mapped[str | None] = mapped_column(String(64))
    is_done: Mapped[bool] = mapped_column(Boolean)
    detail: Mapped[str] = mapped_column(String(500))
    file: Mapped[str] = mapped_column(String(300))
    delivery_id: Mapped[str | None] = mapped_column(String(40))
    first_day: Mapped[str] = mapped_column(String(10))
    last_day: Mapped[str] = mapped_column(String(10))
