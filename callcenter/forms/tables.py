"""The tables of forms: each version of a list's form, the records filled in, and their answers one by one."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


class Form(Base):
    """A version of a list's form; it is never changed, so that a record keeps what was asked."""

    __tablename__ = "forms"
    __table_args__ = (UniqueConstraint("list_id", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[float] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))


class FormRecord(Base):
    """What came of one attempt, as its agent says. `next_at` is what was promised; `next_agent` who keeps the promise.

    `form_id` None: the list had no form. `filled_at` is the first time, `changed_at` the last.
    """

    __tablename__ = "form_records"
    __table_args__ = (
        UniqueConstraint("attempt_id"),
        Index(None, "list_id", "filled_at"),
        Index(None, "target_id"),
        Index(None, "result"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id", ondelete="CASCADE"))
    result: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(4000), default="")
    next_step: Mapped[str] = mapped_column(String(500), default="")
    next_at: Mapped[float | None] = mapped_column(Double, default=None)
    next_agent: Mapped[str] = mapped_column(String(64), default="")
    filled_at: Mapped[float] = mapped_column(Double)
    changed_at: Mapped[float] = mapped_column(Double)
    filled_by: Mapped[str] = mapped_column(String(64))


class FormAnswer(Base):
    """One answer, of several choices one each: `value` as `rules.keys_of` has it, `number` where it is one."""

    __tablename__ = "form_answers"
    __table_args__ = (Index(None, "record_id", "question"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("form_records.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String)
    number: Mapped[float | None] = mapped_column(Double, default=None)
