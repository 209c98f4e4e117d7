"""The tables of retention: tags and holds of calls, and the rules."""

from sqlalchemy import Double, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId

IS_ON = text("removed_at IS NULL")


class CallTag(Base):
    """A tag that was put on a call, and perhaps taken off: a row stays, since a tag decides how long audio is kept."""

    __tablename__ = "call_tags"
    __table_args__ = (
        Index(
            "uq_call_tags_on",
            *("pbx", "call_id", "tag"),
            unique=True,
            sqlite_where=IS_ON,
            postgresql_where=IS_ON,
        ),
        Index(None, "tag"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    tag: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[float] = mapped_column(Double)
    added_by: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[float | None] = mapped_column(Double, default=None)
    removed_by: Mapped[str | None] = mapped_column(String(64), default=None)


class CallHold(Base):
    """A legal hold of a call was placed, or (`ends` names its row) ended. Rows are never changed.

    A call is held while any of its holds has not ended; a hold ends once.
    """

    __tablename__ = "call_holds"
    __table_args__ = (Index(None, "pbx", "call_id"), UniqueConstraint("ends"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ends: Mapped[int | None] = mapped_column(RowId, default=None)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    at: Mapped[float] = mapped_column(Double)
    username: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(512))


class RetentionRule(Base):
    """Recordings of a tag, list (by its number), queue, or all (`subject` "") are kept for `days`."""

    __tablename__ = "retention_rules"
    __table_args__ = (UniqueConstraint("scope", "subject"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(128))
    days: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[float] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))
