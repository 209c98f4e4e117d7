"""What one line of Asterisk's queue_log says: `epoch|callid|queue|agent|EVENT|data…`.

The columns are in Asterisk's documentation (Queue Logs); what it does not say was observed (docs/asterisk.md). Instants
are whole seconds. Nothing is escaped: a `|` in a member's name, a number or a reason moves the columns behind it, so
they are counted from the side where it cannot stand. To add an event: a class and a row in `_READERS`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from callcenter.floor.facts import EndedBy, RingOutcome, VisitOutcome
from callcenter.floor.terms import ChannelId, Instant, Seconds

NO_AGENT = "NONE"
"""What stands where no agent is named."""


class Record(Struct, frozen=True, gc=False):
    """One line. `channel_id` is the caller's Uniqueid, or who did it (MANAGER, CLI, NONE) where there is no caller.

    `agent` is the member's name, but the interface in MemberAdded and MemberRemoved unless Asterisk is told otherwise
    (`log_membername_as_agent`). A column that old versions of Asterisk do not write is None or empty.
    """

    at: Instant
    channel_id: ChannelId
    queue: str
    agent: str


class Started(Record, frozen=True, gc=False):
    """Asterisk started: whatever was open before has no ending."""


class Entered(Record, frozen=True, gc=False):
    """A caller joined at `position`; the name is written only with `log-caller-id-name`."""

    number: str
    caller_name: str
    position: int


class Connected(Record, frozen=True, gc=False):
    """An agent answered. `ring_id` is the channel that was rung: AgentConnect's DestUniqueid."""

    wait_seconds: Seconds | None
    ring_id: ChannelId
    ring_seconds: Seconds


class Completed(Record, frozen=True, gc=False):
    """The talk ended. `talk_seconds` includes hold."""

    ended_by: EndedBy
    wait_seconds: Seconds | None
    talk_seconds: Seconds | None


class Left(Record, frozen=True, gc=False):
    """The caller left unanswered. `joined_position` is his place in the line when he joined."""

    outcome: VisitOutcome
    wait_seconds: Seconds | None
    joined_position: int | None = None


class RingEnded(Record, frozen=True, gc=False):
    """A ring ended unanswered. NOT_ANSWERED may be a phone that said no: queue_log does not tell them apart."""

    outcome: RingOutcome
    ring_seconds: Seconds


class MemberAdded(Record, frozen=True, gc=False):
    """A member joined the queue, perhaps paused from the start (then no Paused follows)."""

    is_paused: bool


class MemberRemoved(Record, frozen=True, gc=False):
    """A member left the queue."""


class Paused(Record, frozen=True, gc=False):
    """A member was paused in this queue, or given another reason."""

    reason: str


class Unpaused(Record, frozen=True, gc=False):
    """A member was unpaused in this queue."""


class Other(Record, frozen=True, gc=False):
    """A line that no figure needs, of Asterisk or of somebody's dialplan."""

    event: str
    data: tuple[str, ...]


AnyRecord = (
    Started
    | Entered
    | Connected
    | Completed
    | Left
    | RingEnded
    | MemberAdded
    | MemberRemoved
    | Paused
    | Unpaused
    | Other
)


Columns = list[Any]
"""The texts of a line, the second being the ChannelId: Any, since calling that costs as much as reading a column."""
Reader = Callable[[Columns], AnyRecord]

EVENT = 4
DATA = 5
"""The place of the first column behind the event."""

LONGEST_INSTANT = 10
"""Digits: enough until the year 2286."""
LONGEST_POSITION = 4
"""Digits: a queue of more than 9,999 callers is none."""


@lru_cache(maxsize=8_192)  # the same few thousand texts come again and again
def _seconds(text: str) -> Seconds | None:
    return float(text) if text.isdecimal() and len(text) <= LONGEST_INSTANT else None


def _seconds_at(columns: Columns, place: int) -> Seconds | None:
    """The seconds in that column; None where the line is shorter."""
    return _seconds(columns[place]) if len(columns) > place else None


def _entered(c: Columns) -> AnyRecord:
    # url|number|position[|name]: a `|` of the number is kept, one of the name is written as `_`.
    data = c[DATA:]
    has_name = len(data) > 3 and not _is_position(data[-1], "|".join(data[1:-2]))
    name = data.pop() if has_name else ""
    position = data.pop() if len(data) > 2 else ""
    is_whole = position.isdecimal() and len(position) <= LONGEST_POSITION
    number = "|".join(data[1:])
    return Entered(float(c[0]), c[1], c[2], c[3], number, name, int(position) if is_whole else 0)


def _is_position(text: str, number: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_POSITION and text != number


def _connected(c: Columns) -> AnyRecord:
    ring_id = c[DATA + 1] if len(c) > DATA + 1 else ChannelId("")
    ring_seconds = _seconds_at(c, DATA + 2) or 0.0
    return Connected(float(c[0]), c[1], c[2], c[3], _seconds_at(c, DATA), ring_id, ring_seconds)


def _completed(ended_by: EndedBy) -> Reader:
    def read(c: Columns) -> AnyRecord:
        wait_seconds, talk_seconds = _seconds_at(c, DATA), _seconds_at(c, DATA + 1)
        return Completed(float(c[0]), c[1], c[2], c[3], ended_by, wait_seconds, talk_seconds)

    return read


def _transferred(c: Columns) -> AnyRecord:
    # Where to, in two or three columns (or more, with a `|` in it), and then wait|talk|position.
    waited, talked, _ = ["", "", "", *c[DATA:]][-3:]
    wait_seconds, talk_seconds = _seconds(waited), _seconds(talked)
    return Completed(float(c[0]), c[1], c[2], c[3], EndedBy.TRANSFER, wait_seconds, talk_seconds)


def _left(outcome: VisitOutcome, wait_at: int) -> Reader:
    def read(c: Columns) -> AnyRecord:
        position = _seconds_at(c, DATA + wait_at - 1)
        joined_position = None if position is None else int(position)
        return Left(float(c[0]), c[1], c[2], c[3], outcome, _seconds_at(c, DATA + wait_at), joined_position)

    return read


def _ring_ended(outcome: RingOutcome) -> Reader:
    def read(c: Columns) -> AnyRecord:
        ring_seconds = (_seconds_at(c, DATA) or 0.0) / 1000
        return RingEnded(float(c[0]), c[1], c[2], c[3], outcome, ring_seconds)

    return read


def _dumped(c: Columns) -> AnyRecord:
    return RingEnded(float(c[0]), c[1], c[2], c[3], RingOutcome.REJECTED, 0.0)


def _started(c: Columns) -> AnyRecord:
    return Started(float(c[0]), c[1], c[2], c[3])


def _member_added(c: Columns) -> AnyRecord:
    return MemberAdded(float(c[0]), c[1], c[2], c[3], c[DATA : DATA + 1] == ["PAUSED"])


def _member_removed(c: Columns) -> AnyRecord:
    return MemberRemoved(float(c[0]), c[1], c[2], c[3])


def _paused(c: Columns) -> AnyRecord:
    return Paused(float(c[0]), c[1], c[2], c[3], "|".join(c[DATA:]))


def _unpaused(c: Columns) -> AnyRecord:
    return Unpaused(float(c[0]), c[1], c[2], c[3])


def _other(c: Columns) -> AnyRecord:
    return Other(float(c[0]), c[1], c[2], c[3], c[EVENT], tuple(c[DATA:]))


_START = "QUEUESTART"
# Asterisk writes these for every queue or for things that other lines tell as well.
_OF_NO_FIGURE = (
    "PAUSEALL",
    "UNPAUSEALL",
    "CONFIGRELOAD",
    "PENALTY",
    "RINGINUSE",
    "AGENTLOGIN",
    "AGENTLOGOFF",
    "OUTCALL",
)

_READERS: dict[str, Reader] = {
    _START: _started,
    "ENTERQUEUE": _entered,
    "CONNECT": _connected,
    "COMPLETECALLER": _completed(EndedBy.CALLER),
    "COMPLETEAGENT": _completed(EndedBy.AGENT),
    "BLINDTRANSFER": _transferred,
    "ATTENDEDTRANSFER": _transferred,
    "TRANSFER": _transferred,  # before Asterisk 12
    "ABANDON": _left(VisitOutcome.ABANDONED, 2),
    "SYSCOMPAT": _left(VisitOutcome.ABANDONED, 2),
    "EXITWITHTIMEOUT": _left(VisitOutcome.TIMED_OUT, 2),
    "EXITEMPTY": _left(VisitOutcome.LEFT_WHEN_EMPTY, 2),
    "WITHDRAW": _left(VisitOutcome.WITHDRAWN, 2),
    "EXITWITHKEY": _left(VisitOutcome.LEFT_BY_KEY, 3),
    "RINGNOANSWER": _ring_ended(RingOutcome.NOT_ANSWERED),
    "RINGCANCELED": _ring_ended(RingOutcome.GIVEN_UP),
    "AGENTDUMP": _dumped,
    "ADDMEMBER": _member_added,
    "REMOVEMEMBER": _member_removed,
    "PAUSE": _paused,
    "UNPAUSE": _unpaused,
    **dict.fromkeys(_OF_NO_FIGURE, _other),
}

# A machine that died while a line was written goes on in that line when Asterisk starts again.
_START_IN_A_LINE = re.compile(rf"\d{{10}}\|NONE\|NONE\|NONE\|{_START}\|?$")


def parse(line: str) -> AnyRecord | None:
    """The record in a line without its line end; None when it is no line of a queue_log."""
    columns: Columns = line.split("|")
    if len(columns) < DATA or not columns[0].isdecimal() or len(columns[0]) > LONGEST_INSTANT:
        return _start_in(line)
    read = _READERS.get(columns[EVENT])
    if read is None or _START in line:
        return _start_in(line) or _parse_moved(columns)
    return read(columns)


def _start_in(line: str) -> AnyRecord | None:
    start = _START_IN_A_LINE.search(line)
    return parse(start.group()) if start and start.start() else None


def _parse_moved(columns: Columns) -> AnyRecord:
    """A line whose event is not where it should be, since the member's name has a `|`, or an unknown event."""
    place = next((place for place, word in enumerate(columns) if place >= EVENT and word in _READERS), EVENT)
    read = _READERS.get(columns[place], _other)
    return read([*columns[:3], "|".join(columns[3:place]), *columns[place:]])
