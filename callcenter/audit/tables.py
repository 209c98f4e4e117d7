"""The table of the audit log. Triggers in the database refuse to change or delete its rows."""

from typing import Any

from sqlalchemy import JSON, Double, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class AuditEntry(Base):
    """One act. Who did it is kept by name, too, since an account may be removed later."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "at"), Index(None, "username"), Index(None, "act"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[Instant] = mapped_column(Double)
    user_id: Mapped[int] = mapped_column(RowId)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
