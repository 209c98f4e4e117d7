"""Completes what a capture tells from the queue_log beside it, and says where the two do not agree.

Where Asterisk's own account is known to be wrong (docs/asterisk.md) ours stands, and the difference is explained.
"""

from bisect import bisect_left
from typing import Any

from msgspec import Struct, structs

from callcenter.asterisk.log_calls import LogCalls, Stay
from callcenter.asterisk.replay import Gap, Replay
from callcenter.floor.facts import EndedBy, VisitOutcome
from callcenter.floor.matching import HALF_A_SECOND
from callcenter.floor.tally import REFUSALS, QueueCall, QueueTalk
from callcenter.floor.terms import ChannelId, Instant, Seconds

SAME_STAY_SECONDS = 5.0
"""The beginning of a stay that was not seen follows from whole seconds; the same caller does not join again so soon."""

WHOLE_SECONDS = 1.1
"""How far a difference of whole-second clocks may be from the truth."""

EXACT_OUTCOMES = frozenset({VisitOutcome.TIMED_OUT, VisitOutcome.LEFT_WHEN_EMPTY, VisitOutcome.WITHDRAWN})
"""Outcomes that queue_log names; AMI tells them only to an account that reads the class `dialplan`."""

MOVED_WAITING = "moved by AMI while waiting: queue_log calls it ABANDON though the caller had not hung up"
MOVED_TALKING = "moved by AMI while talking: queue_log lets the talk run on until the caller hangs up"
TRANSFERRED_BEHIND = (
    "transferred at the phone behind a Local channel: queue_log lets the talk run on until the caller hangs up"
)
TRANSFERRED = "the transfer succeeded; queue_log calls it an ordinary end"
NOT_WRITTEN = "Asterisk died before it wrote the end of the talk"
NOT_ENDED = "queue_log has no end of the talk, as when a caller is moved by AMI or a transfer has failed before"
NOT_NAMED = "the capture tells only that the caller had gone; the reason is from queue_log"
NOT_CAPTURED = "the capture does not tell the end; it is from queue_log"


class Difference(Struct, kw_only=True):
    """One figure of one call on both sides; `reason` says why where it is explained."""

    call: ChannelId
    queue: str
    what: str
    ours: Any
    queue_log: Any
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        told = structs.asdict(self)
        return told if self.reason else {name: value for name, value in told.items() if name != "reason"}


class Completion:
    """Brings `calls` up to what the log knows of the span of the replay. New gaps are added to those of the replay."""

    def __init__(self, calls: list[QueueCall], log: LogCalls, replay: Replay) -> None:
        self.differences: list[Difference] = []
        self.explained: list[Difference] = []
        self.log_calls: list[QueueCall] = []
        """The visits of the log that belong to the span, as they stood at its end."""
        self._calls, self._log, self._gaps, self._silences = calls, log, replay.gaps, replay.silences
        self._first_at, self._last_at = replay.reading.first_at, replay.reading.last_at
        self._stays: dict[Stay, list[QueueCall]] = {}
        for call in log.calls:
            for stay in _stays_of(call):
                self._stays.setdefault(stay, []).append(call)
        self._last_stays = {call.channel_id: (call.queue, call.joined_at) for call in log.calls}

    def run(self) -> None:
        """Finds the holes, completes and compares."""
        self._find_holes()
        ours: dict[Stay, list[QueueCall]] = {}
        for call in self._calls:
            if call.outcome not in REFUSALS:
                ours.setdefault((call.channel_id, call.queue), []).append(call)
        for calls in ours.values():
            calls.sort(key=lambda call: call.joined_at)
        for theirs in self._log.calls:
            match = self._match(self._candidates(ours, theirs), theirs)
            self._settle(match, self._as_of_the_end(theirs, match))
        for call in (call for calls in ours.values() for call in calls):
            if call.joined_at >= self._log.first_at:
                self._differ(call, "missing in queue_log", call.outcome, None)
        self._gaps.sort(key=lambda gap: gap.since)

    def _candidates(self, ours: dict[Stay, list[QueueCall]], theirs: QueueCall) -> list[QueueCall]:
        """Those of its channel, or of the one that took its place. Where that was not heard there are two halves of it:
        one that ended unseen, and one that began unseen, which is the whole then."""
        first, then = (ours.get((one, theirs.queue), []) for one in (theirs.channel_id, theirs.holder_id))
        begun, ended = (next((call for call in half if _joined_then(call, theirs)), None) for half in (first, then))
        if begun is None or ended is None or begun.outcome not in (None, VisitOutcome.LOST):
            return first or then
        first.remove(begun)
        self._calls.remove(begun)
        ended.joined_at = begun.joined_at
        return then

    def _match(self, calls: list[QueueCall], theirs: QueueCall) -> QueueCall | None:
        """Takes the visit that this one is out of those of one channel and queue; an only one is it."""
        stays = self._stays[calls[0].channel_id, theirs.queue] if calls else [theirs]
        is_only = len(calls) == len(stays) == 1
        match = self._counterpart(calls, stays, theirs)
        for stay in _stays_of(theirs):
            self._stays[stay].remove(theirs)
        if match is None or not (is_only or _joined_then(match, theirs)):
            return None
        calls.remove(match)
        return match

    def _counterpart(self, calls: list[QueueCall], stays: list[QueueCall], theirs: QueueCall) -> QueueCall | None:
        """Of as many on both sides the first of ours is the first of theirs; else it is the nearest one."""
        if len(calls) == len(stays):
            return calls[0]
        ours = min(calls, key=lambda call: self._distance(call, theirs), default=None)
        if ours is None or self._distance(ours, theirs) > min(self._distance(ours, stay) for stay in stays):
            return None
        return ours

    def _distance(self, ours: QueueCall, theirs: QueueCall) -> tuple[bool, Seconds]:
        """How far apart the two begin, and their talks end: stays of one channel may follow each other within a second.
        The end of a talk that ended in a gap may be that of the next one on our side."""
        began, talk = abs(ours.joined_at - theirs.joined_at - HALF_A_SECOND), theirs.talk
        if ours.talk is not None and talk is not None and not self._is_hidden(talk.ended_at):
            began += abs(ours.talk.ended_at - talk.ended_at)
        return self._is_heard_otherwise(ours, theirs), began

    def _is_heard_otherwise(self, ours: QueueCall, theirs: QueueCall) -> bool:
        """Whether one of the two was answered and the other one was not, as far as that was heard."""
        if ours.outcome in (None, VisitOutcome.LOST) or theirs.outcome is None or self._is_hidden(theirs.left_at):
            return False
        return (ours.outcome is VisitOutcome.ANSWERED) != (theirs.outcome is VisitOutcome.ANSWERED)

    def _find_holes(self) -> None:
        """Every line of a call has its event: a silence in which the log has a line is a hole."""
        moments = sorted(self._log.moments)
        for since, until in self._silences:
            place = bisect_left(moments, since)
            if place < len(moments) and moments[place] + 1 <= until and self._gap_at(moments[place]) is None:
                self._gaps.append(Gap(since, until))

    def _gap_at(self, at: Instant) -> Gap | None:
        return next((gap for gap in self._gaps if gap.has(at)), None)

    def _hole_at(self, at: Instant) -> Gap | None:
        """Where the capture must have missed something: in a gap, or a silence that is found to be one now."""
        hole = self._gap_at(at)
        if hole is None:
            silent = (Gap(*silence) for silence in self._silences)
            hole = next((silence for silence in silent if silence.has(at)), None)
            if hole is not None:
                self._gaps.append(hole)
        return hole

    def _as_of_the_end(self, theirs: QueueCall, ours: QueueCall | None) -> QueueCall:
        """The visit as the log had it when the capture ended; what lies within the last second is as we saw it."""
        still_waits = ours is not None and ours.outcome is None
        still_talks = ours is not None and ours.is_talking
        call = structs.replace(theirs)
        if call.talk is not None and call.talk.ended_at > self._last_at - still_talks:
            call.talk = None
        if call.left_at is not None and call.left_at > self._last_at - still_waits:
            call.outcome, call.left_at, call.is_over, call.talk = None, None, False, None
        return call

    def _settle(self, ours: QueueCall | None, theirs: QueueCall) -> None:
        if ours is None:
            self._take(theirs)
            return
        self.log_calls.append(theirs)
        self._settle_outcome(ours, theirs)
        if ours.outcome is VisitOutcome.ANSWERED and theirs.outcome is VisitOutcome.ANSWERED:
            self._settle_talk(ours, theirs)

    def _take(self, theirs: QueueCall) -> None:
        """A visit that only the log knows: of a hole, or one that had begun before the capture."""
        ended_at = theirs.talk.ended_at if theirs.talk else theirs.left_at
        is_over = theirs.outcome is not None and not theirs.is_talking
        began_at = self._first_at + (not self._is_hidden(ended_at))
        if theirs.joined_at > self._last_at - 1 or (is_over and (ended_at or 0.0) < began_at):
            return
        self.log_calls.append(theirs)
        gap = self._hole_at(theirs.joined_at)
        if gap is None and theirs.joined_at > self._first_at:
            self._differ(theirs, "missing in the capture", None, theirs.outcome)
            return
        ours = structs.replace(theirs)
        self._take_outcome(ours, theirs)
        self._calls.append(ours)
        gap = gap or (self._gap_at(ended_at) if ended_at else None)
        if gap is not None:
            gap.recovered += 1

    def _settle_outcome(self, ours: QueueCall, theirs: QueueCall) -> None:
        asked_back = ours.outcome is VisitOutcome.CALLBACK_REQUESTED and theirs.outcome is VisitOutcome.LEFT_BY_KEY
        if ours.outcome is theirs.outcome or asked_back:
            if self._has_seen_another_end(ours.left_at, theirs.left_at):
                ours.left_at, ours.wait_seconds = theirs.left_at, theirs.wait_seconds
            return
        if ours.outcome in (None, VisitOutcome.LOST) or self._is_hidden(theirs.left_at):
            self._recover(ours, theirs, theirs.left_at)
            self._take_outcome(ours, theirs)
        elif ours.outcome is VisitOutcome.ABANDONED or ours.outcome is VisitOutcome.WITHDRAWN:
            self._settle_gone(ours, theirs)
        else:
            self._differ(ours, "outcome", ours.outcome, theirs.outcome)

    def _take_outcome(self, ours: QueueCall, theirs: QueueCall) -> None:
        ours.outcome, ours.left_at, ours.wait_seconds = theirs.outcome, theirs.left_at, theirs.wait_seconds
        ours.agent = ours.agent or theirs.agent
        ours.is_over = theirs.is_over
        lived_on = self._last_stays[theirs.channel_id] != (theirs.queue, theirs.joined_at)
        if theirs.outcome is VisitOutcome.ABANDONED and lived_on:
            ours.outcome = VisitOutcome.WITHDRAWN
            self._differ(ours, "outcome", ours.outcome, theirs.outcome, MOVED_WAITING)

    def _settle_gone(self, ours: QueueCall, theirs: QueueCall) -> None:
        if theirs.outcome in EXACT_OUTCOMES:
            self._differ(ours, "outcome", ours.outcome, theirs.outcome, NOT_NAMED)
            self._take_outcome(ours, theirs)
        elif theirs.outcome is VisitOutcome.ABANDONED:
            self._differ(ours, "outcome", ours.outcome, theirs.outcome, MOVED_WAITING)
        else:
            self._differ(ours, "outcome", ours.outcome, theirs.outcome)

    def _settle_talk(self, ours: QueueCall, theirs: QueueCall) -> None:
        if theirs.talk is None:
            self._settle_without_end(ours, theirs)
        elif (
            ours.talk is None
            or ours.talk.ended_by is None
            or self._has_seen_another_end(ours.talk.ended_at, theirs.talk.ended_at)
        ):
            self._recover(ours, theirs, theirs.talk.ended_at)
            hold_seconds = ours.talk.hold_seconds if ours.talk else 0.0
            ours.talk = structs.replace(theirs.talk, hold_seconds=min(hold_seconds, theirs.talk.seconds))
        else:
            self._compare_talks(ours, ours.talk, theirs.talk)

    def _has_seen_another_end(self, ours: Instant | None, theirs: Instant | None) -> bool:
        """Whether it ended in a gap, and what we took for its end came later."""
        if ours is None or theirs is None:
            return False
        return ours - theirs > WHOLE_SECONDS and self._is_hidden(theirs)

    def _is_hidden(self, at: Instant | None) -> bool:
        return at is not None and self._gap_at(at) is not None

    def _settle_without_end(self, ours: QueueCall, theirs: QueueCall) -> None:
        """The log has no end of the talk: it was still going on, or Asterisk died."""
        if ours.talk is None:
            ours.is_over = theirs.is_over
        elif ours.talk.ended_by is not None:
            reason = NOT_WRITTEN if theirs.is_over else NOT_ENDED
            self._differ(ours, "talk_seconds", round(ours.talk.seconds, 3), None, reason)
        elif not theirs.is_over:
            ours.talk = None

    def _compare_talks(self, call: QueueCall, ours: QueueTalk, theirs: QueueTalk) -> None:
        # Asterisk knows no third: what AMI or the dialplan ended is COMPLETECALLER.
        ended_by = EndedBy.CALLER if ours.ended_by is EndedBy.UNKNOWN else ours.ended_by
        if ended_by is not theirs.ended_by and self._is_hidden(theirs.ended_at) and ended_by is not EndedBy.TRANSFER:
            ours.ended_by = theirs.ended_by
        elif ended_by is not theirs.ended_by:
            reason = TRANSFERRED if ended_by is EndedBy.TRANSFER else ""
            self._differ(call, "ended_by", ended_by, theirs.ended_by, reason)
        if abs(ours.seconds - theirs.seconds) > WHOLE_SECONDS:
            ran_on = TRANSFERRED_BEHIND if ended_by is EndedBy.TRANSFER else MOVED_TALKING
            ended_before = theirs.ended_at + 1 - ours.ended_at > WHOLE_SECONDS
            reason = ran_on if ended_before else ""
            self._differ(call, "talk_seconds", round(ours.seconds, 3), theirs.seconds, reason)

    def _recover(self, ours: QueueCall, theirs: QueueCall, at: Instant | None) -> None:
        gap = self._gap_at(at) if at is not None else None
        if gap is not None:
            gap.recovered += 1
        elif at is not None:
            self._differ(ours, "end", ours.outcome, theirs.outcome, NOT_CAPTURED)

    def _differ(self, call: QueueCall, what: str, ours: Any, queue_log: Any, reason: str = "") -> None:
        difference = Difference(
            call=call.channel_id, queue=call.queue, what=what, ours=ours, queue_log=queue_log, reason=reason
        )
        (self.explained if reason else self.differences).append(difference)


def _stays_of(call: QueueCall) -> set[Stay]:
    """Whose stay it was: of who joined, and of who had the place then."""
    return {(call.channel_id, call.queue), (call.holder_id or call.channel_id, call.queue)}


def _joined_then(ours: QueueCall, theirs: QueueCall) -> bool:
    return abs(ours.joined_at - theirs.joined_at) <= SAME_STAY_SECONDS
