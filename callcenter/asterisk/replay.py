"""Reads recorded AMI traffic back: a journal, or any capture of a socket, through the very way of the live link."""

import re
from collections import Counter, deque
from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from callcenter.asterisk import marks
from callcenter.asterisk.intake import Intake, Sink
from callcenter.asterisk.messages import Message
from callcenter.floor.account import Account
from callcenter.floor.events import AnyEvent, ConnectionBegan, PbxStarted, Surveyed, Ticked
from callcenter.floor.site import CLOCK_SECONDS
from callcenter.floor.terms import Instant, Seconds

_TIMESTAMP = re.compile(rb"\r\nTimestamp: ([0-9]+\.[0-9]+)\r\n")

SILENCE_SECONDS = 1.0
"""A shorter silence cannot be told from the whole seconds of a queue_log."""


WRITTEN_SECONDS = 0.5
"""So long before its event a line of queue_log may be written by a machine that has much to do."""


class Reading(Struct):
    """What a replay read: `events` by our name, `unknown` by Asterisk's, `failures` by kind.

    The span is by the PBX's clock. `ami_events` are the messages that are neither answers nor torn.
    """

    messages: int = 0
    ami_events: int = 0
    first_at: Instant = 0.0
    last_at: Instant = 0.0
    events: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    surprises: int = 0


class Gap(Struct):
    """A time in which the capture heard nothing though something may have happened, and what became of its calls."""

    since: Instant
    until: Instant
    recovered: int = 0
    lost: int = 0

    def has(self, at: Instant, margin: Seconds = 0.0) -> bool:
        """Whether a whole second of queue_log lies in it, at least in part, or so near."""
        return self.since - 1 - WRITTEN_SECONDS - margin <= at <= self.until + margin


class Replay:
    """One pass over recorded bytes. Every event is told to `sink`, in order.

    `starts` are seconds in which Asterisk started, known from elsewhere: the capture may have slept through them.
    """

    def __init__(self, pbx: str, sink: Sink, account: Account | None = None, starts: Iterable[Instant] = ()) -> None:
        self.reading = Reading()
        self.gaps: list[Gap] = []
        self.silences: list[tuple[Instant, Instant]] = []
        self._pbx, self._sink, self._account = pbx, sink, account
        self._events: Counter[type[AnyEvent]] = Counter()
        self._intake = Intake(pbx, self._happened, self._answered)
        self._uptime: Seconds | None = None
        self._booted_at: Instant | None = None
        self._is_new_connection = False
        self._survey: AnyEvent | None = None
        self._starts = deque(starts)

    def read(self, pieces: Iterable[bytes]) -> Reading:
        """All pieces to their end. Raises NotAmi when they are something else."""
        for data in pieces:
            if not self.reading.first_at:
                self._begin(data)
            self._intake.feed(data)
        self._intake.reset()
        reading, intake = self.reading, self._intake
        reading.messages, reading.ami_events = intake.messages, intake.events
        reading.events.update({kind.__name__: n for kind, n in self._events.items()})
        reading.unknown.update({name.decode("utf-8", "replace"): n for name, n in intake.translator.unknown.items()})
        reading.failures = intake.failures
        return reading

    def _begin(self, data: bytes) -> None:
        """The capture begins with its first Timestamp, be it of an event that says nothing on the floor."""
        stamp = _TIMESTAMP.search(data)
        if stamp is not None:
            self.reading.first_at = self.reading.last_at = float(stamp[1])

    def _connected(self, event: ConnectionBegan) -> None:
        """An account finds out by itself what a gap came to: it is compared with queue_log as a whole."""
        self._is_new_connection = bool(self._events)
        self._uptime = None
        if self._account is None:
            self._sink(event)

    def _answered(self, message: Message) -> None:
        uptime = message.get("Uptime", "")
        if uptime.isdecimal():
            self._uptime = float(uptime)

    def _happened(self, event: AnyEvent) -> None:
        reading = self.reading
        if isinstance(event, ConnectionBegan):
            self._connected(event)
            return
        if isinstance(event, marks.Told):
            self._told(event)
            return
        if self._must_wait(event):
            return
        self._events[type(event)] += 1
        if event.at - reading.last_at > SILENCE_SECONDS:
            self._heard_again(event.at)
        if self._is_new_connection:
            self._begin_again(event.at)
        if self._uptime is not None:
            self._booted_at, self._uptime = event.at - self._uptime, None
        reading.last_at = max(reading.last_at, event.at)
        self._sink(event)

    def _told(self, event: marks.Told) -> None:
        """An account counts what Asterisk said, whatever a journal says of the settings and gaps of its time."""
        if self._account is None or isinstance(event, Ticked):
            self._sink(event)

    def _must_wait(self, event: AnyEvent) -> bool:
        """List answers have no Timestamp: after a gap they are as old as what follows them, not as what was before."""
        is_early = self._is_new_connection and isinstance(event, Surveyed) and event.at <= self.reading.last_at
        if self._account is None or not is_early:
            return False
        self._survey = event
        return True

    def _heard_again(self, at: Instant) -> None:
        if not self.reading.first_at:
            self.reading.first_at = at
            return
        silence = (self.reading.last_at, at)
        self.silences.append(silence)
        while self._starts and self._starts[0] + 1 <= at:
            if self._starts.popleft() >= silence[0]:
                self._sink(PbxStarted(self._pbx, silence[0]))

    def _begin_again(self, at: Instant) -> None:
        """The first event of another connection: what happened since the last one is not known."""
        self._is_new_connection = False
        since = self.reading.last_at
        self.gaps.append(Gap(since, max(since, at)))
        if self._was_restarted(since, at):
            self._sink(PbxStarted(self._pbx, since))
        if self._account is not None:
            self._account.lose_sight()
        if self._survey is not None:
            self._sink(replace(self._survey, at=at))
            self._survey = None

    def _was_restarted(self, since: Instant, at: Instant) -> bool:
        """Whether Asterisk was started in this gap: FullyBooted after a login has no Timestamp, but an Uptime."""
        if self._uptime is None or self._uptime >= at - since:
            return False
        if self._booted_at is None:
            return True
        # The same Asterisk would have reached this uptime within the gap.
        reached_at = self._booted_at + self._uptime
        return not since - CLOCK_SECONDS <= reached_at <= at + CLOCK_SECONDS


def replay(pieces: Iterable[bytes], pbx: str, sink: Sink) -> Reading:
    """Tells `sink` every event in the recorded bytes, in order. Raises NotAmi when they are something else."""
    return Replay(pbx, sink).read(pieces)
