"""The tables of sampling: plans, and the conversations that they drew for review."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class ReviewPlan(Base):
    """Which conversations are drawn for review by whom. `active_since` None: it is paused.

    A conversation is of the plan when its agent is one of `agents` or `teams`, and its queue one of `queues` or its
    call of `lists`; where both of a pair are empty, any is. `reviewers` are `{username, target}`.
    """

    __tablename__ = "review_plans"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    form_id: Mapped[int] = mapped_column(ForeignKey("review_forms.id"))
    agents: Mapped[list[str]] = mapped_column(JSON)
    teams: Mapped[list[str]] = mapped_column(JSON)
    queues: Mapped[list[str]] = mapped_column(JSON)
    lists: Mapped[list[int]] = mapped_column(JSON)
    period: Mapped[str] = mapped_column(String(16))
    per_agent: Mapped[int] = mapped_column(Integer)
    min_talk_seconds: Mapped[float] = mapped_column(Double)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    reviewers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    claim_hours: Mapped[int] = mapped_column(Integer)
    seed: Mapped[str] = mapped_column(String(64))
    active_since: Mapped[Instant | None] = mapped_column(Double, default=None)
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))


class ReviewAssignment(Base):
    """A conversation to be reviewed: in the pool without `reviewer`, claimed until `expires_at`, or done.

    `began_at`, `agent_name`, `queue` and `talk_seconds` are those of the conversation when it was drawn. `assigned_at`
    is when the reviewer was given it, `given_back_by` who let go of it last. `review_id` is the review that was made.
    """

    __tablename__ = "review_assignments"
    __table_args__ = (
        UniqueConstraint("plan_id", "pbx", "call_id", "agent_number"),
        Index(None, "reviewer", "done_at"),
        Index(None, "plan_id", "period"),
        Index(None, "began_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("review_plans.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(16))
    pbx: Mapped[str] = mapped_column(String())
    call_id: Mapped[str] = mapped_column(String())
    agent_number: Mapped[str] = mapped_column(String())
    agent_name: Mapped[str] = mapped_column(String())
    queue: Mapped[str] = mapped_column(String())
    began_at: Mapped[Instant] = mapped_column(Double)
    talk_seconds: Mapped[float] = mapped_column(Double)
    why: Mapped[str] = mapped_column(String(16))
    drawn_at: Mapped[Instant] = mapped_column(Double)
    reviewer: Mapped[str | None] = mapped_column(String(64), default=None)
    given_back_by: Mapped[str] = mapped_column(String(64), default="")
    assigned_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    claimed_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    expires_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    done_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    review_id: Mapped[int | None] = mapped_column(RowId, default=None)
