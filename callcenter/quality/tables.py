"""The tables of quality: review forms and their versions, reviews and their steps."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId

_IS_KEPT = text("state <> 'discarded'")


class ReviewForm(Base):
    """A form by which calls are reviewed. `shipped_as` names the one of ours that it began as.

    A retired form is offered to nobody any more; its reviews stay.
    """

    __tablename__ = "review_forms"
    __table_args__ = (UniqueConstraint("shipped_as"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipped_as: Mapped[str | None] = mapped_column(String(32), default=None)
    retired_at: Mapped[float | None] = mapped_column(Double, default=None)
    retired_by: Mapped[str] = mapped_column(String(64), default="")


class ReviewFormVersion(Base):
    """What a form asked from `created_at` on; it is never changed, so that a review keeps what was asked."""

    __tablename__ = "review_form_versions"
    __table_args__ = (UniqueConstraint("form_id", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("review_forms.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[float] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))


class Review(Base):
    """One reviewer's judgement of one agent's part of one call.

    `version` grows with each change. `notes` are by item, `comments` free; each has a text and may be pinned to a
    moment of a recording. From publishing on `score`, `pass_score` and `appeal_until` say what held then. `team` is the
    agent's when they talked; `is_zeroed` says whether a fatal item failed, None where that was not told yet.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "uq_reviews_part_reviewer",
            "pbx",
            "call_id",
            "agent_number",
            "reviewer_id",
            unique=True,
            sqlite_where=_IS_KEPT,
            postgresql_where=_IS_KEPT,
        ),
        Index(None, "agent_number", "id"),
        Index(None, "state", "id"),
        Index(None, "published_at"),
        Index(None, "score"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    agent_number: Mapped[str] = mapped_column(String(64))
    agent_name: Mapped[str] = mapped_column(String)
    team: Mapped[str] = mapped_column(String, default="", server_default="")
    talked_at: Mapped[float] = mapped_column(Double)
    form_id: Mapped[int] = mapped_column(ForeignKey("review_forms.id"))
    form_version: Mapped[int] = mapped_column(Integer)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    reviewer_id: Mapped[int] = mapped_column(BigInteger)
    reviewer: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(Integer, default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    comments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    score: Mapped[float | None] = mapped_column(Double, default=None)
    pass_score: Mapped[float | None] = mapped_column(Double, default=None)
    is_zeroed: Mapped[bool | None] = mapped_column(Boolean, default=None)
    created_at: Mapped[float] = mapped_column(Double)
    changed_at: Mapped[float] = mapped_column(Double)
    published_at: Mapped[float | None] = mapped_column(Double, default=None)
    appeal_until: Mapped[float | None] = mapped_column(Double, default=None)


class ReviewLoss(Base):
    """An item of a published review that lost points (of the whole 100), or failed though it was fatal."""

    __tablename__ = "review_losses"

    review_id: Mapped[int] = mapped_column(RowId, ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String, primary_key=True)
    points: Mapped[float] = mapped_column(Double)
    is_fatal: Mapped[bool] = mapped_column(Boolean)


class ReviewStep(Base):
    """One step of a review, never changed: who took it, when, with which words, and the state after it.

    Where an appeal changed the review, `answers` and `score` are those from before.
    """

    __tablename__ = "review_steps"
    __table_args__ = (Index(None, "review_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    review_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[float] = mapped_column(Double)
    step: Mapped[str] = mapped_column(String(32))
    username: Mapped[str] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(32))
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    score: Mapped[float | None] = mapped_column(Double, default=None)
