"""The table of how good the lines of agents' phones were."""

from typing import Literal

from sqlalchemy import Double, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant, Seconds
from callcenter.store.tables import Base

Measurer = Literal["browser", "pbx"]
"""Who counted: the page of a phone in the browser, as it goes on, or the PBX at the end."""


class LineQuality(Base):
    """How good the line of one agent's phone was in one call, as `measured_by` said it last.

    `received_loss_rate` is of what the agent was to hear, `sent_loss_rate` of what the agent said; one of the two is
    what the other side told (RTCP). `jitter_seconds` is that of what was heard where it was measured. `mos` is an
    estimate (docs/guide.md, Phones in the browser).
    """

    __tablename__ = "line_qualities"

    pbx: Mapped[str] = mapped_column(String, primary_key=True)
    call_id: Mapped[str] = mapped_column(String, primary_key=True)
    agent_number: Mapped[str] = mapped_column(String, primary_key=True)
    measured_by: Mapped[str] = mapped_column(String(16), primary_key=True)
    measured_at: Mapped[Instant] = mapped_column(Double)
    received_loss_rate: Mapped[float] = mapped_column(Double)
    sent_loss_rate: Mapped[float] = mapped_column(Double)
    jitter_seconds: Mapped[Seconds] = mapped_column(Double)
    rtt_seconds: Mapped[Seconds] = mapped_column(Double)
    mos: Mapped[float] = mapped_column(Double)
