"""The table of how good the lines of phones in browsers were."""

from sqlalchemy import Double, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant, Seconds
from callcenter.store.tables import Base


class LineQuality(Base):
    """How good the line of one agent's phone in the browser was in one call, as the page measured it last.

    `received_loss_rate` is of what the agent heard, `sent_loss_rate` of what Asterisk said (RTCP) that it missed.
    `mos` is an estimate (docs/guide.md, Phones in the browser).
    """

    __tablename__ = "line_qualities"

    pbx: Mapped[str] = mapped_column(String, primary_key=True)
    call_id: Mapped[str] = mapped_column(String, primary_key=True)
    agent_number: Mapped[str] = mapped_column(String, primary_key=True)
    measured_at: Mapped[Instant] = mapped_column(Double)
    received_loss_rate: Mapped[float] = mapped_column(Double)
    sent_loss_rate: Mapped[float] = mapped_column(Double)
    jitter_seconds: Mapped[Seconds] = mapped_column(Double)
    rtt_seconds: Mapped[Seconds] = mapped_column(Double)
    mos: Mapped[float] = mapped_column(Double)
