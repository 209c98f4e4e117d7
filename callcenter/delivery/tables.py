"""The tables of delivery: webhooks, the outbox, and each try to send something."""

from sqlalchemy import JSON, Boolean, Double, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant, Seconds
from callcenter.store.tables import Base, RowId


class Webhook(Base):
    """A receiver of events: where it is, which `kinds` it wants (none: all), and the secret that signs what it gets.

    The secret is kept readable, since a signature is made with it; no route ever tells it again.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    url: Mapped[str] = mapped_column(String(2000))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(String(100))
    is_enabled: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[Instant] = mapped_column(Double)


class Delivery(Base):
    """One thing to be sent: committed before it is, so that a crash sends it again but never loses it.

    `delivery_id` goes with it, so that a receiver can drop what came twice. `content` is the body of a webhook or the
    whole mail but for its sender. `destination` is for people. `due_at` is None when nothing more is tried.
    `expires_at` is set for what is news for a short while only: it does not wait its turn, and is given up then.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "webhook_id", "id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    delivery_id: Mapped[str] = mapped_column(String(40), unique=True)
    channel: Mapped[str] = mapped_column(String(16))
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    destination: Mapped[str] = mapped_column(String)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[Instant] = mapped_column(Double, index=True)
    due_at: Mapped[Instant | None] = mapped_column(Double)
    expires_at: Mapped[Instant | None] = mapped_column(Double)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    said: Mapped[str] = mapped_column(String(500), default="")
    sent_at: Mapped[Instant | None] = mapped_column(Double)


class DeliveryTry(Base):
    """One try: when, how long it took, the receiver's HTTP or SMTP status (None: no answer), and what was said."""

    __tablename__ = "delivery_tries"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    delivery: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[Instant] = mapped_column(Double)
    seconds: Mapped[Seconds] = mapped_column(Double)
    status: Mapped[int | None] = mapped_column(Integer)
    said: Mapped[str] = mapped_column(String(500))
