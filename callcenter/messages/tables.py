"""The tables of messages: what was written, and to whom."""

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class Message(Base):
    """What somebody wrote to agents. `team` is "" unless it is to a team."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "writer_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    to: Mapped[str] = mapped_column(String(16))
    team: Mapped[str] = mapped_column(String)
    writer_id: Mapped[int] = mapped_column(BigInteger)
    written_by: Mapped[str] = mapped_column(String)
    written_at: Mapped[Instant] = mapped_column(Double)
    expires_at: Mapped[Instant] = mapped_column(Double)
    withdrawn_at: Mapped[Instant | None] = mapped_column(Double, default=None)


class MessageRecipient(Base):
    """An agent to whom a message was written, with name and team of that time; when it was seen and acknowledged."""

    __tablename__ = "message_recipients"
    __table_args__ = (Index(None, "agent_number", "message_id"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    agent_number: Mapped[str] = mapped_column(String, primary_key=True)
    agent_name: Mapped[str] = mapped_column(String)
    team: Mapped[str] = mapped_column(String)
    seen_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    acknowledged_at: Mapped[Instant | None] = mapped_column(Double, default=None)
