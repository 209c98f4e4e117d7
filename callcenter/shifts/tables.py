"""The tables of shifts: what is planned, the templates for it, and what leaders noted of a day."""

from datetime import date

from sqlalchemy import Date, Double, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class Shift(Base):
    """An agent's shift of a date of the centre's calendar."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("agent_number", "day"), Index(None, "day"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agent_number: Mapped[str] = mapped_column(String)
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[Instant] = mapped_column(Double)
    changed_by: Mapped[str] = mapped_column(String)


class ShiftPart(Base):
    """A part of a shift, on the centre's clock (rules.py)."""

    __tablename__ = "shift_parts"

    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True)
    start_minute: Mapped[int] = mapped_column(Integer, primary_key=True)
    end_minute: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))


class ShiftTemplate(Base):
    """A pattern of shifts with a name, to be picked in the plan."""

    __tablename__ = "shift_templates"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    label_en: Mapped[str] = mapped_column(String(100))
    label_zh: Mapped[str] = mapped_column(String(100))
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[Instant] = mapped_column(Double)
    changed_by: Mapped[str] = mapped_column(String)


class ShiftTemplatePart(Base):
    """A part of a template, as one of a shift."""

    __tablename__ = "shift_template_parts"

    template_id: Mapped[int] = mapped_column(ForeignKey("shift_templates.id", ondelete="CASCADE"), primary_key=True)
    start_minute: Mapped[int] = mapped_column(Integer, primary_key=True)
    end_minute: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16))


class ShiftNote(Base):
    """A version of what was noted of a team's day; the highest is what stands there now, none is ever lost."""

    __tablename__ = "shift_notes"
    __table_args__ = (UniqueConstraint("team", "day", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    team: Mapped[str] = mapped_column(String)
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[Instant] = mapped_column(Double)
    written_by: Mapped[str] = mapped_column(String)
