"""The tables of reports: roll-ups of the measures, and saved reports with their deliveries.

Roll-ups hold the sums of the measures by quarter of an hour and by day, per queue and per agent; NULL is 0. They are
derived: what `touched_quarters` names is counted from rows instead. The columns are the measures: a new one needs a
migration that adds its column and touches every quarter.
"""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Double, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.reports.figures.measures import Measure, Source, measures_of
from callcenter.store.tables import Base, RowId

QUARTERS, DAYS = "quarter", "day"

OF_QUEUES: tuple[Measure, ...] = tuple(
    measure
    for source in (Source.VISITS, Source.CONVERSATIONS, Source.RINGS, Source.SURVEYS)
    for measure in measures_of(source)
)
OF_AGENTS: tuple[Measure, ...] = tuple(
    measure
    for source in (Source.VISITS, Source.CONVERSATIONS, Source.RINGS, Source.SPELLS, Source.SURVEYS)
    for measure in measures_of(source)
    if source is not Source.VISITS or measure.id == "answered"
)


def _roll_up_table(name: str, keys: tuple[str, ...], measures: tuple[Measure, ...], *others: Column[str]) -> Table:
    return Table(
        name,
        Base.metadata,
        Column("grain", String(8), primary_key=True),
        Column("start", Double, primary_key=True),
        *(Column(key, String, primary_key=True) for key in keys),
        *others,
        *(Column(measure.id, Double) for measure in measures),
        sqlite_with_rowid=False,
    )


queue_roll_ups = _roll_up_table("queue_roll_ups", ("pbx", "queue"), OF_QUEUES)
agent_roll_ups = _roll_up_table(
    "agent_roll_ups",
    ("pbx", "queue", "agent", "team"),
    OF_AGENTS,
    Column("agent_name", String, nullable=False),
)

rolled_days = Table(
    "rolled_days",
    Base.metadata,
    Column("start", Double, primary_key=True),
    Column("until", Double, nullable=False),
)
"""The days that are rolled up: in the zone that the centre had then, so that another zone finds none of its own."""


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
