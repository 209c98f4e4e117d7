"""Whether agents did what they were planned to do, from the spells of their seats. Pure.

Schedule adherence as ICMI has it (B. Cleveland, "Call Center Management on Fast Forward") and the COPC CX Standard:
the time in adherence ÷ the scheduled time. What is in adherence depends on the kind of the part:

* on post: signed in and there for calls (ready, ringing, talking, on hold, wrap-up), as staffing counts who was there;
* closing: wrap-up, a pause for one of its reasons, or signed out;
* any other kind: a pause for one of its reasons, or signed out, since nobody needs a phone for it.

Signed out counts for nothing on a day on which the agent was to be on post, and was at no phone in any part of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from callcenter.floor.facts import SeatState
from callcenter.floor.terms import Instant, Seconds
from callcenter.shifts.rules import Kind, Planned

AT_WORK = frozenset({SeatState.READY, SeatState.RINGING, SeatState.TALKING, SeatState.ON_HOLD, SeatState.WRAP_UP})
"""States of a seat that is there for calls."""

STATES: Mapping[Kind, frozenset[SeatState]] = {Kind.ON_POST: AT_WORK, Kind.CLOSING: frozenset({SeatState.WRAP_UP})}

Reasons = Mapping[Kind, Collection[str]]
"""The reasons of pauses that are what a part of this kind is for."""


class Stretch(NamedTuple):
    """A time, from `since` up to `until`."""

    since: Instant
    until: Instant


class Spell(Struct, frozen=True):
    """What a spell says about presence."""

    state: SeatState
    reason: str
    since: Instant
    until: Instant


class PartKept(Struct, frozen=True, kw_only=True):
    """How a part was kept to, up to now: in adherence + out of adherence = planned.

    `late_start_seconds` run from its start to the first moment in adherence, `early_end_seconds` from the last one to
    its end, once that has come; without any such moment all of it is late. `is_absent`: to be on post, at no phone.
    """

    kind: Kind
    since: Instant
    until: Instant
    planned_seconds: Seconds
    in_adherence_seconds: Seconds
    out_of_adherence_seconds: Seconds
    late_start_seconds: Seconds
    early_end_seconds: Seconds
    is_absent: bool


class DayKept(Struct, frozen=True, kw_only=True):
    """How a shift was kept to, up to now. Late start and early end are those of its first and last part on post."""

    planned_seconds: Seconds
    in_adherence_seconds: Seconds
    out_of_adherence_seconds: Seconds
    adherence_rate: float | None
    late_start_seconds: Seconds
    early_end_seconds: Seconds
    is_absent: bool
    parts: tuple[PartKept, ...]


def kept(parts: Sequence[Planned], spells: Sequence[Spell], reasons: Reasons, now: Instant) -> DayKept:
    """How the parts of one shift were kept to; `spells` are all of the agent's that touch it, at whatever phone."""
    at_phone = _merged(spell for spell in spells if spell.state is not SeatState.SIGNED_OUT)
    is_absent = _is_absent(parts, at_phone, now)
    found = tuple(_part_kept(part, spells, at_phone, reasons, now, is_absent=is_absent) for part in parts)
    planned_seconds = sum(part.planned_seconds for part in found)
    in_seconds = sum(part.in_adherence_seconds for part in found)
    on_post = [part for part in found if part.kind is Kind.ON_POST and part.planned_seconds > 0]
    return DayKept(
        planned_seconds=planned_seconds,
        in_adherence_seconds=in_seconds,
        out_of_adherence_seconds=sum(part.out_of_adherence_seconds for part in found),
        adherence_rate=in_seconds / planned_seconds if planned_seconds else None,
        late_start_seconds=on_post[0].late_start_seconds if on_post else 0.0,
        early_end_seconds=on_post[-1].early_end_seconds if on_post else 0.0,
        is_absent=is_absent,
        parts=found,
    )


class KeptTotal(Struct, frozen=True, kw_only=True):
    """How many shifts were kept to: the sums over them; `absent_shifts` are those at which the agent was at no phone.

    `late_starts` are the shifts that began late, without those of who was absent; `early_ends` those that ended early.
    A shift that has not begun counts among `shifts`, with no time yet.
    """

    shifts: int
    absent_shifts: int
    late_starts: int
    early_ends: int
    planned_seconds: Seconds
    in_adherence_seconds: Seconds
    out_of_adherence_seconds: Seconds
    adherence_rate: float | None
    late_start_seconds: Seconds
    early_end_seconds: Seconds


def total_kept(days: Collection[DayKept]) -> KeptTotal:
    """The total of shifts; its rate is over all their time, not the mean of their rates."""
    came = [day for day in days if not day.is_absent]
    planned_seconds = sum(day.planned_seconds for day in days)
    in_seconds = sum(day.in_adherence_seconds for day in days)
    return KeptTotal(
        shifts=len(days),
        absent_shifts=len(days) - len(came),
        late_starts=sum(day.late_start_seconds > 0 for day in came),
        early_ends=sum(day.early_end_seconds > 0 for day in came),
        planned_seconds=planned_seconds,
        in_adherence_seconds=in_seconds,
        out_of_adherence_seconds=sum(day.out_of_adherence_seconds for day in days),
        adherence_rate=in_seconds / planned_seconds if planned_seconds else None,
        late_start_seconds=sum(day.late_start_seconds for day in came),
        early_end_seconds=sum(day.early_end_seconds for day in came),
    )


def _is_absent(parts: Sequence[Planned], at_phone: Sequence[Stretch], now: Instant) -> bool:
    is_due = any(part.kind is Kind.ON_POST and _length(_begun(part, now)) > 0 for part in parts)
    return is_due and not any(_cut(at_phone, _begun(part, now)) for part in parts)


def _part_kept(
    part: Planned,
    spells: Sequence[Spell],
    at_phone: Sequence[Stretch],
    reasons: Reasons,
    now: Instant,
    *,
    is_absent: bool,
) -> PartKept:
    begun = _begun(part, now)
    kept_to = [] if is_absent else _kept_to(part.kind, begun, spells, at_phone, reasons)
    planned_seconds, in_seconds = _length(begun), sum(map(_length, kept_to))
    is_over = now >= part.until
    return PartKept(
        kind=part.kind,
        since=part.since,
        until=part.until,
        planned_seconds=planned_seconds,
        in_adherence_seconds=in_seconds,
        out_of_adherence_seconds=sum(map(_length, _between(kept_to, begun))),
        late_start_seconds=kept_to[0].since - begun.since if kept_to else planned_seconds,
        early_end_seconds=begun.until - kept_to[-1].until if kept_to and is_over else 0.0,
        is_absent=part.kind is Kind.ON_POST and planned_seconds > 0 and not _cut(at_phone, begun),
    )


def _kept_to(
    kind: Kind, begun: Stretch, spells: Sequence[Spell], at_phone: Sequence[Stretch], reasons: Reasons
) -> list[Stretch]:
    """The time of a part in which the agent did what it is for."""
    spells = [spell for spell in spells if spell.since < begun.until and spell.until > begun.since]
    found = [spell for spell in spells if spell.state in STATES.get(kind, ())]
    found += _paused_for(spells, reasons.get(kind, ()))
    stretches = _cut(_merged(found), begun)
    if kind is Kind.ON_POST:
        return stretches
    return _merged([*stretches, *_between(_cut(at_phone, begun), begun)])


# --- briefings --------------------------------------------------------------------------------------------------


class Came(StrEnum):
    """Whether somebody was at a briefing: `off_phone` is who was signed out, and may well have been there."""

    TO_COME = "to_come"
    THERE = "there"
    OFF_PHONE = "off_phone"
    ELSEWHERE = "elsewhere"
    ABSENT = "absent"


class Attendance(Struct, frozen=True, kw_only=True):
    """What an agent did during a briefing: paused for it, signed out, or something else; the three make up its time."""

    came: Came
    there_seconds: Seconds
    off_phone_seconds: Seconds
    elsewhere_seconds: Seconds


def attendance(
    part: Planned, shift: Sequence[Planned], spells: Sequence[Spell], reasons: Reasons, now: Instant
) -> Attendance:
    """What an agent did during a briefing of a shift; `came` is what they did longest, of equals the first said."""
    begun = _begun(part, now)
    at_phone = _merged(spell for spell in spells if spell.state is not SeatState.SIGNED_OUT)
    there = sum(map(_length, _cut(_merged(_paused_for(spells, reasons.get(part.kind, ()))), begun)))
    off_phone = sum(map(_length, _between(_cut(at_phone, begun), begun)))
    elsewhere = _length(begun) - there - off_phone
    if _length(begun) <= 0:
        came = Came.TO_COME
    elif _is_absent(shift, at_phone, now):
        came = Came.ABSENT
    else:
        seconds = {Came.THERE: there, Came.OFF_PHONE: off_phone, Came.ELSEWHERE: elsewhere}
        came = max(seconds, key=lambda each: seconds[each])
    return Attendance(
        came=came, there_seconds=there, off_phone_seconds=off_phone, elsewhere_seconds=max(0.0, elsewhere)
    )


def _paused_for(spells: Iterable[Spell], reasons: Collection[str]) -> list[Spell]:
    return [spell for spell in spells if spell.state is SeatState.PAUSED and spell.reason in reasons]


# --- stretches of time ------------------------------------------------------------------------------------------


def _begun(part: Planned, now: Instant) -> Stretch:
    """What of a part lies in the past."""
    return Stretch(part.since, max(part.since, min(part.until, now)))


def _length(stretch: Stretch) -> Seconds:
    return stretch.until - stretch.since


def _merged(stretches: Iterable[Spell | Stretch]) -> list[Stretch]:
    """The same time in order, without overlap, in as few stretches as there can be."""
    found: list[Stretch] = []
    for each in sorted(Stretch(one.since, one.until) for one in stretches):
        if each.since >= each.until:
            continue
        if found and each.since <= found[-1].until:
            found[-1] = Stretch(found[-1].since, max(found[-1].until, each.until))
        else:
            found.append(each)
    return found


def _cut(stretches: Iterable[Stretch], whole: Stretch) -> list[Stretch]:
    """What of them lies in the whole."""
    cut = (Stretch(max(one.since, whole.since), min(one.until, whole.until)) for one in stretches)
    return [one for one in cut if one.since < one.until]


def _between(stretches: Sequence[Stretch], whole: Stretch) -> list[Stretch]:
    """The rest of the whole; the stretches lie in it, in order."""
    edges = [whole.since, *(edge for one in stretches for edge in one), whole.until]
    return [Stretch(*pair) for pair in zip(edges[::2], edges[1::2], strict=True) if pair[0] < pair[1]]
