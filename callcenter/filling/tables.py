"""The tables of filling: a list's rules, and what each of them has taken already."""

from typing import Any

from sqlalchemy import JSON, Boolean, Double, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class FillRule(Base):
    """Where targets of a list come from by themselves. `options` are those of its kind (docs/api.md, Rules of a list).

    `added` counts the targets that it made or opened again, `refused` those whose number cannot be called.
    """

    __tablename__ = "fill_rules"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))
    looked_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    added: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[int] = mapped_column(Integer, default=0)


class Filled(Base):
    """What a rule has taken: a visit, a date of a target. It takes nothing twice."""

    __tablename__ = "filled"

    rule_id: Mapped[int] = mapped_column(ForeignKey("fill_rules.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[Instant] = mapped_column(Double)
