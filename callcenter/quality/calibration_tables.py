"""The tables of calibration: the calls that several reviewers score blind, and what each of them gave.

They are apart from reviews, so that no list, sample, figure or report of those can count them.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class Calibration(Base):
    """One agent's part of one call, to be scored by several reviewers by one version of a form until `due_at`.

    `closed_at` None: it is open, and nobody is told what others gave. `closed_by` "": it closed by itself.
    """

    __tablename__ = "calibrations"
    __table_args__ = (Index(None, "closed_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    agent_number: Mapped[str] = mapped_column(String(64))
    agent_name: Mapped[str] = mapped_column(String)
    talked_at: Mapped[Instant] = mapped_column(Double)
    form_id: Mapped[int] = mapped_column(ForeignKey("review_forms.id"))
    form_version: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[Instant] = mapped_column(Double)
    opened_at: Mapped[Instant] = mapped_column(Double)
    opener_id: Mapped[int] = mapped_column(BigInteger)
    opened_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    closed_by: Mapped[str] = mapped_column(String(64), default="")


class CalibrationScoring(Base):
    """What one invited reviewer gives; there from the invitation on. `version` grows with each change.

    Answers, notes and comments are like those of a review. `done_at`: since when it is not changed any more.
    """

    __tablename__ = "calibration_scorings"
    __table_args__ = (UniqueConstraint("calibration_id", "reviewer_id"), Index(None, "reviewer_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id", ondelete="CASCADE"))
    reviewer_id: Mapped[int] = mapped_column(BigInteger)
    reviewer: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    comments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    done_at: Mapped[Instant | None] = mapped_column(Double, default=None)
