"""The table of wallboards and their links."""

from sqlalchemy import JSON, Boolean, Double, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class Wallboard(Base):
    """A page for a TV: which queues it shows (`pbx/queue`; none: all), and the link that opens it without an account.

    Only a hash of the link's token is kept: who reads the table cannot open the board with it.
    """

    __tablename__ = "wallboards"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    queues: Mapped[list[str]] = mapped_column(JSON)
    shows_agents: Mapped[bool] = mapped_column(Boolean)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[Instant | None] = mapped_column(Double)
    last_used_at: Mapped[Instant | None] = mapped_column(Double)
