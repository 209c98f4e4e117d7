"""The tables of quality: review forms and their versions."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


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
