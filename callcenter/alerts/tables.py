"""The tables of alerts: the rules, and what they raised."""

from typing import Any

from sqlalchemy import JSON, Boolean, Double, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant, Seconds
from callcenter.store.tables import Base, RowId


class AlertRule(Base):
    """One configured rule; the fields are those of `kinds.Rule`, windows as in docs/api.md (Alerts).

    `shipped` names a rule that comes with the server: it can be changed and turned off, but not deleted.
    """

    __tablename__ = "alert_rules"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipped: Mapped[str | None] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(64))
    is_enabled: Mapped[bool] = mapped_column(Boolean)
    severity: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(16))
    names: Mapped[list[str]] = mapped_column(JSON)
    threshold: Mapped[float] = mapped_column(Double)
    limits: Mapped[dict[str, float]] = mapped_column(JSON)
    options: Mapped[dict[str, float]] = mapped_column(JSON)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    raise_after_seconds: Mapped[Seconds] = mapped_column(Double)
    clear_after_seconds: Mapped[Seconds] = mapped_column(Double)
    clear_margin: Mapped[float] = mapped_column(Double)
    sound: Mapped[bool] = mapped_column(Boolean)
    webhook: Mapped[bool] = mapped_column(Boolean)
    mail: Mapped[list[str]] = mapped_column(JSON)


class AlertRecord(Base):
    """One alert. `value` is the furthest that it went, in seconds for what lasts; open while `cleared_at` is NULL."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_open",
            "raised_at",
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index(None, "agent_number", "raised_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    alert_id: Mapped[str] = mapped_column(String(32), unique=True)
    rule_id: Mapped[int] = mapped_column(RowId)
    kind: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String)
    agent_number: Mapped[str] = mapped_column(String)
    queue: Mapped[str] = mapped_column(String)
    team: Mapped[str] = mapped_column(String)
    who: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[Instant] = mapped_column(Double)
    raised_at: Mapped[Instant] = mapped_column(Double, index=True)
    threshold: Mapped[float] = mapped_column(Double)
    value: Mapped[float] = mapped_column(Double)
    is_lasting: Mapped[bool] = mapped_column(Boolean)
    sound: Mapped[bool] = mapped_column(Boolean)
    cleared_at: Mapped[Instant | None] = mapped_column(Double)
    acknowledged_at: Mapped[Instant | None] = mapped_column(Double)
    acknowledged_by: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
