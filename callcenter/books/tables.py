"""The results of the comparisons with queue_log."""

from typing import Any

from sqlalchemy import JSON, Double, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


class ReconciliationRun(Base):
    """One comparison of one PBX's queue visits that began from `since` up to, but without, `until`.

    `counts`, `differences` and `explained` are JSON as in docs/api.md; of the latter two the first ones are kept, and
    how many there were. `error` says why nothing could be compared ("" when it could).
    """

    __tablename__ = "reconciliations"
    __table_args__ = (Index(None, "ran_at"), Index(None, "pbx", "since"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pbx: Mapped[str] = mapped_column(String(64))
    since: Mapped[float] = mapped_column(Double)
    until: Mapped[float] = mapped_column(Double)
    ran_at: Mapped[float] = mapped_column(Double)
    counts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    difference_count: Mapped[int] = mapped_column(Integer, default=0)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    explained_count: Mapped[int] = mapped_column(Integer, default=0)
    explained: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    error: Mapped[str] = mapped_column(String, default="")
