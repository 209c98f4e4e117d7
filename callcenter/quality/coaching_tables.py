"""The table of coaching: what agents were given to work on after a review."""

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class CoachingTask(Base):
    """What an agent is to work on: `items` of the form that lost points in the review, by `due_at`, with `owner`.

    `version` grows with each change. `seen_at`: the agent has acknowledged it. Closed, it has an `outcome`, and waits
    for the agent's next conversation: `assignment_id` is that in the sampling inbox, which a plan by this form drew.
    """

    __tablename__ = "coaching_tasks"
    __table_args__ = (UniqueConstraint("review_id"), Index(None, "agent_number", "id"), Index(None, "assignment_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    agent_number: Mapped[str] = mapped_column(String(64))
    form_id: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[Instant] = mapped_column(Double)
    given_at: Mapped[Instant] = mapped_column(Double)
    given_by: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    seen_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    closed_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
