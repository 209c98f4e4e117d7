"""The tables of erasures: what was asked, how far it is, and what came of it."""

from typing import Any

from sqlalchemy import JSON, Boolean, Double, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class Erasure(Base):
    """One person erased, or being erased: whatever began before `at`.

    `numbers` and `calls` (`[pbx, call_id]`) stand here only until it is done: a run that broke off needs them. `ends`
    are the last two digits of each number. `counts` say how much there was by kind, `kept` what stays and why
    (docs/api.md, Erasure). `said` is why it waits. `removes_bans`: the entries of the do-not-call list go, too.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[Instant] = mapped_column(Double)
    by: Mapped[str] = mapped_column(String(64))
    reference: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(String(512))
    removes_bans: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(32), default="")
    steps_done: Mapped[int] = mapped_column(Integer, default=0)
    said: Mapped[str] = mapped_column(String(500), default="")
    numbers: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    calls: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True), default=None)
    ends: Mapped[list[str]] = mapped_column(JSON)
    counts: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    ended_at: Mapped[Instant | None] = mapped_column(Double, default=None)


class ErasureLine(Base):
    """A line of an erasure by its digest (store/erased.py): whether a number was erased, and when, is found by it."""

    __tablename__ = "erasure_lines"
    __table_args__ = (Index(None, "digest"),)

    erasure_id: Mapped[int] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
