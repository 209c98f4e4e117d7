"""What the dialer of a process works with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from callcenter.dialer.lost import NO_WITNESS, Witness
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import Seats
from callcenter.floor.commands import Phone
from callcenter.floor.terms import Instant, Seconds
from callcenter.settings import DialerSettings
from callcenter.store.engine import Sessions

Publish = Callable[[str, str, dict[str, Any] | None], None]
"""Kind, id and fields of an entity of the live feed; None removes it."""

# How long an attempt of which nothing is heard or seen keeps its number locked before the books are asked: much longer
# than a call may be asked for after its attempt was committed.
QUARANTINE_SECONDS: Seconds = 30


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """`zone` is that of the dialer's windows, `told` says that a result was put into the outbox. Whoever comes back as
    the same `holder` takes the lease over at once: nobody else may use that name while its process lives."""

    sessions: Sessions
    phone: Phone
    seats: Seats
    schedule: Schedule
    publish: Publish
    settings: DialerSettings
    zone: ZoneInfo
    clock: Callable[[], Instant] = time.time
    witness: Witness = NO_WITNESS
    quarantine_seconds: Seconds = QUARANTINE_SECONDS
    told: Callable[[], None] = lambda: None
    holder: str = field(default_factory=lambda: uuid4().hex)
