"""Measures: which rows of which facts count, and what of them is summed.

Conditions are plain expressions with `&` and `|`, so that the same one is evaluated on a fact in memory and on the
columns of its table in SQL: for roll-ups, for any span, and for the list behind a number.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache, partial
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

from callcenter.floor.facts import CallerSurvey, Conversation, Fact, QueueVisit, Ring, SeatSpell

Sums = Mapping[str, float]
"""The sum of each measure that has one."""

Condition = Callable[[Any], Any]

REPEAT_DAYS = 7
"""A caller who calls again within so many days is a repeat caller."""

CALLBACK_SECONDS = 180
"""A callback should not talk longer."""

HANDLED_PER_HOUR = 20
"""What an agent should handle in an hour signed in."""


MOST_ALIKE = 8_192
"""So many different facts of a source are remembered with what they add."""

HEAD_COUNT = ("handled", "signed_in_seconds")
"""What is needed of each agent to say how many are over the target."""


class Source(StrEnum):
    """What is counted: rows of a fact table, attempts and targets of the dialer, agents who were there, or reviews.

    Surveys are the callers who were asked after their call.

    Reviews that are out, conversations drawn for review, and items of reviews that lost points. Tickets when they were
    opened and when they were closed, and those that are open at the end of the span.
    """

    VISITS = "visits"
    CONVERSATIONS = "conversations"
    RINGS = "rings"
    SPELLS = "spells"
    SURVEYS = "surveys"
    ATTEMPTS = "attempts"
    TARGETS = "targets"
    AGENTS = "agents"
    REVIEWS = "reviews"
    ASSIGNMENTS = "assignments"
    LOSSES = "losses"
    TICKETS = "tickets"
    CLOSED_TICKETS = "closed_tickets"
    OPEN_TICKETS = "open_tickets"


OF_QUALITY = (Source.REVIEWS, Source.ASSIGNMENTS, Source.LOSSES)
OF_TICKETS = (Source.TICKETS, Source.CLOSED_TICKETS, Source.OPEN_TICKETS)

COUNTED_AT: Mapping[Source, str] = {
    Source.VISITS: "joined_at",
    Source.CONVERSATIONS: "completed_at",
    Source.RINGS: "began_at",
    Source.SPELLS: "until",
    Source.SURVEYS: "asked_at",
    Source.ATTEMPTS: "placed_at",
}
"""A visit counts when it entered; handling counts when its wrap-up ended. Seconds of spells are cut at the edges."""

LIVE_FACTS: Mapping[type[Fact], Source] = {
    QueueVisit: Source.VISITS,
    Conversation: Source.CONVERSATIONS,
    Ring: Source.RINGS,
    SeatSpell: Source.SPELLS,
    CallerSurvey: Source.SURVEYS,
}


class Measure(NamedTuple):
    """Over the rows of a source where `counts` holds: the sum (or maximum) of `value`, or of ones without a `value`.

    A `cut` measure sums the seconds of a spell that lie in the interval. `is_live`: today's memory can tell it.
    """

    id: str
    source: Source
    counts: Condition
    value: Condition | None = None
    combine: Literal["sum", "max"] = "sum"
    is_cut: bool = False
    is_live: bool = True


def _offered(v: Any) -> Any:
    return (v.outcome != "refused_empty") & (v.outcome != "refused_full")


def _outcome(outcome: str) -> Condition:
    return lambda row: row.outcome == outcome


_answered, _abandoned = _outcome("answered"), _outcome("abandoned")


def _short_abandon(v: Any) -> Any:
    return _abandoned(v) & (v.wait_seconds < v.short_abandon_seconds)


def _no_short_abandon(v: Any) -> Any:
    return (v.outcome != "abandoned") | (v.wait_seconds >= v.short_abandon_seconds)


def _within(v: Any) -> Any:
    return v.wait_seconds <= v.service_level_seconds


def _level_met(v: Any) -> Any:
    counts_abandons = v.service_level_variant == "abandons_count_as_met"
    return _within(v) & (_answered(v) | (_abandoned(v) & counts_abandons))


def _level_among(v: Any) -> Any:
    """Which visits the service level is a share of: the variant in force is kept with each visit."""
    everything = (v.service_level_variant == "offered") | (v.service_level_variant == "abandons_count_as_met")
    long_enough = (v.service_level_variant == "offered_without_short_abandons") & _no_short_abandon(v)
    only_answered = (v.service_level_variant == "answered") & _answered(v)
    return _offered(v) & (everything | long_enough | only_answered)


def _wait(v: Any) -> Any:
    return v.wait_seconds


WAIT_EDGES: tuple[float, ...] = (
    *range(11),
    *(12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1800, 3600),
)
"""The waits of the answered are counted between these seconds (the upper one included), so that spans can be merged."""


def _wait_bin(low: float, high: float) -> Measure:
    def lies_in(v: Any) -> Any:
        return _answered(v) & (v.wait_seconds > low) & (v.wait_seconds <= high)

    return Measure(f"wait_to_{high:g}", Source.VISITS, lies_in)


WAIT_BINS = (
    *(_wait_bin(low, high) for low, high in zip((-1, *WAIT_EDGES[:-1]), WAIT_EDGES, strict=True)),
    Measure("wait_beyond", Source.VISITS, lambda v: _answered(v) & (v.wait_seconds > WAIT_EDGES[-1])),
)

_VISITS = (
    Measure("offered", Source.VISITS, _offered),
    Measure("offered_long", Source.VISITS, lambda v: _offered(v) & _no_short_abandon(v)),
    Measure("answered", Source.VISITS, _answered),
    Measure("abandoned", Source.VISITS, _abandoned),
    Measure("abandoned_short", Source.VISITS, _short_abandon),
    *(
        Measure(outcome, Source.VISITS, _outcome(outcome))
        for outcome in ("timed_out", "left_by_key", "left_when_empty", "withdrawn", "callback_requested", "lost")
    ),
    Measure("refused", Source.VISITS, lambda v: (v.outcome == "refused_empty") | (v.outcome == "refused_full")),
    Measure("uncertain", Source.VISITS, lambda v: _false(v.is_certain)),
    Measure("repeat_calls", Source.VISITS, lambda v: _offered(v) & v.is_repeat, is_live=False),
    Measure("level_met", Source.VISITS, _level_met),
    Measure("level_among", Source.VISITS, _level_among),
    Measure("answered_within", Source.VISITS, lambda v: _answered(v) & _within(v)),
    Measure("abandoned_within", Source.VISITS, lambda v: _abandoned(v) & _within(v)),
    Measure("wait_of_answered", Source.VISITS, _answered, _wait),
    Measure("wait_of_abandoned", Source.VISITS, _abandoned, _wait),
    Measure("wait_of_offered", Source.VISITS, _offered, _wait),
    Measure("longest_wait", Source.VISITS, _offered, _wait, "max"),
    *WAIT_BINS,
)


def _handled(c: Any) -> Any:
    return c.queue != ""


def _transferred(c: Any) -> Any:
    return _handled(c) & (c.ended_by == "transfer")


def _callback_talk(c: Any) -> Any:
    return _handled(c) & (c.direction == "outbound")


_CONVERSATIONS = (
    Measure("handled", Source.CONVERSATIONS, _handled),
    Measure("talk", Source.CONVERSATIONS, _handled, lambda c: c.talk_seconds),
    Measure("hold", Source.CONVERSATIONS, _handled, lambda c: c.hold_seconds),
    Measure("wrap_up", Source.CONVERSATIONS, _handled, lambda c: c.wrap_up_seconds),
    Measure("held", Source.CONVERSATIONS, lambda c: _handled(c) & (c.holds > 0)),
    Measure("transfers", Source.CONVERSATIONS, _transferred),
    Measure("callback_talks", Source.CONVERSATIONS, _callback_talk),
    Measure(
        "callback_talks_within",
        Source.CONVERSATIONS,
        lambda c: _callback_talk(c) & (c.talk_seconds + c.hold_seconds <= CALLBACK_SECONDS),
    ),
)

_RINGS = (
    Measure("rings", Source.RINGS, lambda r: r.outcome != ""),
    Measure("rings_not_answered", Source.RINGS, _outcome("not_answered")),
    Measure("rings_rejected", Source.RINGS, _outcome("rejected")),
)


def _state(state: str) -> Condition:
    return lambda s: s.state == state


def _away(s: Any) -> Any:
    return (s.state == "paused") & _true(s.is_away)


def _judged(s: Any) -> Any:
    return _away(s) & (s.limit_seconds > 0)


def _true(value: Any) -> Any:
    # A plain bool has no useful `~` and `&`, and a column none without a comparison on both databases.
    return value == True  # noqa: E712


def _false(value: Any) -> Any:
    return value == False  # noqa: E712


def _seconds(identity: str, counts: Condition) -> Measure:
    return Measure(identity, Source.SPELLS, counts, is_cut=True)


_SPELLS = (
    _seconds("signed_in_seconds", lambda s: s.state != "signed_out"),
    *(
        _seconds(f"{state}_seconds", _state(state))
        for state in ("ready", "ringing", "talking", "on_hold", "paused", "unreachable")
    ),
    _seconds("wrapping_up_seconds", _state("wrap_up")),
    _seconds("away_seconds", _away),
    Measure("away_spells", Source.SPELLS, _judged),
    Measure("away_spells_within", Source.SPELLS, lambda s: _judged(s) & (s.until - s.since <= s.limit_seconds)),
)

POSITIVE_SCORE = 4
"""From this digit on (of 5) the answer of a caller is a positive one."""


def _answered_survey(s: Any) -> Any:
    return s.score > 0


_SURVEYS = (
    Measure("surveys_offered", Source.SURVEYS, lambda s: _answered_survey(s) | _true(s.is_certain)),
    Measure("surveys_answered", Source.SURVEYS, _answered_survey),
    Measure("surveys_positive", Source.SURVEYS, lambda s: s.score >= POSITIVE_SCORE),
    Measure("surveys_score", Source.SURVEYS, _answered_survey, lambda s: s.score),
)

_ATTEMPTS = (
    Measure("callback_attempts", Source.ATTEMPTS, lambda a: _true(a.is_counted), is_live=False),
    Measure(
        "callback_reached", Source.ATTEMPTS, lambda a: _true(a.is_counted) & (a.outcome == "reached"), is_live=False
    ),
)


def _is(flag: str) -> Condition:
    return lambda t: getattr(t, flag) == 1


def _targets(identity: str, counts: Condition, value: Condition | None = None) -> Measure:
    """Over targets in the span (callbacks.py)."""
    return Measure(identity, Source.TARGETS, counts, value, is_live=False)


_TARGETS = (
    _targets("callbacks_due", lambda t: t.is_attempted >= 0),
    *(
        _targets(f"callbacks_{what}", _is(f"is_{what}"))
        for what in ("attempted", "reached", "completed", "refused", "wrong", "unreachable")
    ),
    _targets("callbacks_dials", _is("is_attempted"), lambda t: t.attempts),
    _targets("callbacks_talk", _is("is_reached"), lambda t: t.talk_seconds),
)


def _of_quality(
    source: Source, identity: str, counts: Condition = lambda row: row.is_out == 1, value: Condition | None = None
) -> Measure:
    """Over reviews in the span (quality.py)."""
    return Measure(identity, source, counts, value, is_live=False)


_REVIEWS = (
    _of_quality(Source.REVIEWS, "reviews_done"),
    _of_quality(Source.REVIEWS, "reviews_passed", lambda r: r.score >= r.pass_score),
    _of_quality(Source.REVIEWS, "reviews_score", value=lambda r: r.score),
    _of_quality(Source.REVIEWS, "reviews_zeroed", _is("is_zeroed")),
    *(_of_quality(Source.REVIEWS, f"appeals_{what}", _is(f"is_{what}")) for what in ("made", "decided", "upheld")),
    _of_quality(Source.REVIEWS, "reviews_compared", lambda r: r.others > 0),
    _of_quality(
        Source.REVIEWS, "reviews_beside", lambda r: r.others > 0, lambda r: r.score - r.others_score / r.others
    ),
)

_ASSIGNMENTS = (
    _of_quality(Source.ASSIGNMENTS, "reviews_planned"),
    _of_quality(Source.ASSIGNMENTS, "reviews_planned_done", _is("is_done")),
)

_LOSSES = (
    _of_quality(Source.LOSSES, "losing_reviews", lambda loss: loss.points > 0),
    _of_quality(Source.LOSSES, "lost_points", value=lambda loss: loss.points),
    _of_quality(Source.LOSSES, "lost_points_together", value=lambda loss: loss.together),
    _of_quality(Source.LOSSES, "zeroing_reviews", _is("is_zeroing")),
)


def _tickets(source: Source, identity: str, counts: Condition, value: Condition | None = None) -> Measure:
    """Over tickets in the span (tickets.py)."""
    return Measure(identity, source, counts, value, is_live=False)


_raised = partial(_tickets, Source.TICKETS)
_closed = partial(_tickets, Source.CLOSED_TICKETS)
_still_open = partial(_tickets, Source.OPEN_TICKETS)


def _matter(t: Any) -> Any:
    """A ticket that is no part of another."""
    return t.is_repeat == 0


def _taken(t: Any) -> Any:
    return t.open_seconds


HOUR, DAY = 3_600, 86_400
CLOSING_EDGES: tuple[float, ...] = (
    *(900, 1_800, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR),
    *(days * DAY for days in (1, 1.5, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 60, 90, 180, 365)),
)
"""How long tickets were open is counted between these seconds (the upper one included), as waits are."""


def _closing_bin(low: float, high: float) -> Measure:
    return _closed(f"closed_to_{high:g}", lambda t: (t.open_seconds > low) & (t.open_seconds <= high))


CLOSING_BINS = (
    *(_closing_bin(low, high) for low, high in zip((-1, *CLOSING_EDGES[:-1]), CLOSING_EDGES, strict=True)),
    _closed("closed_beyond", lambda t: t.open_seconds > CLOSING_EDGES[-1]),
)

_OF_TICKETS = (
    _raised("tickets_opened", _matter),
    _raised("complaints_opened", lambda t: _matter(t) & (t.is_complaint == 1)),
    _raised("tickets_raised", lambda t: t.is_repeat >= 0),
    _raised("tickets_repeated", lambda t: t.is_repeat == 1),
    _closed("tickets_closed", _matter),
    _closed("complaints_closed", _is("is_complaint")),
    _closed("tickets_with_due", _is("has_due")),
    _closed("tickets_closed_in_time", _is("is_in_time")),
    _closed("tickets_escalated", _is("is_escalated")),
    _closed("tickets_open_seconds", _matter, _taken),
    Measure("longest_open", Source.CLOSED_TICKETS, _matter, _taken, "max", is_live=False),
    *CLOSING_BINS,
    _closed("complaints_to_call_back", _is("is_to_call_back")),
    _closed("complaints_called_back", _is("is_called_back")),
    _still_open("tickets_open", _matter),
    _still_open("complaints_open", _is("is_complaint")),
    _still_open("tickets_overdue", _is("is_overdue")),
)

_AGENTS = (
    Measure("agents_signed_in", Source.AGENTS, lambda a: a.signed_in_seconds > 0, is_live=False),
    Measure(
        "agents_over_target",
        Source.AGENTS,
        lambda a: (a.signed_in_seconds > 0) & (a.handled * 3600 >= HANDLED_PER_HOUR * a.signed_in_seconds),
        is_live=False,
    ),
)

MEASURES: Mapping[str, Measure] = {
    measure.id: measure
    for measure in (
        *(*_VISITS, *_CONVERSATIONS, *_RINGS, *_SPELLS, *_SURVEYS, *_ATTEMPTS, *_TARGETS, *_AGENTS),
        *(*_REVIEWS, *_ASSIGNMENTS, *_LOSSES, *_OF_TICKETS),
    )
}


def measures_of(source: Source) -> tuple[Measure, ...]:
    """The measures that count rows of this source."""
    return tuple(measure for measure in MEASURES.values() if measure.source is source)


def sums_of(measures: Iterable[Measure], fact: Any, cut_seconds: float = 0.0) -> Sums:
    """What one fact adds; of `cut` measures so many seconds of it."""
    sums: dict[str, float] = {}
    for measure in measures:
        if measure.counts(fact):
            value = measure.value
            sums[measure.id] = cut_seconds if measure.is_cut else 1 if value is None else value(fact)
    return sums


class _Reader:
    """Stands for a fact, to see which of its fields measures read."""

    def __init__(self) -> None:
        # Every fact has this one; `attrgetter` gives a tuple of two names or more.
        self.names = {"is_certain"}

    def __getattr__(self, name: str) -> int:
        self.names.add(name)
        return 0


def _fields_read(measures: Iterable[Measure]) -> list[str]:
    reader = _Reader()
    for measure in measures:
        measure.counts(reader)
        if measure.value is not None:
            measure.value(reader)
    return sorted(reader.names)


Values = tuple[Any, ...]


def _counting(source: Source) -> tuple[Callable[[Fact], Values], Callable[[Values], Sums]]:
    """How what matters is read from a fact, and what a fact with these values adds.

    Facts in which measures read the same are counted once: those of queue_log have whole seconds.
    """
    measures = [each for each in measures_of(source) if each.is_live and each not in WAIT_BINS]
    names = _fields_read(measures)

    @lru_cache(maxsize=MOST_ALIKE)
    def sums(values: Values) -> Sums:
        fact = SimpleNamespace(**dict(zip(names, values, strict=True)))
        if source is Source.VISITS and fact.outcome == "answered":
            # Of so many bins the one is found by its place.
            return {**sums_of(measures, fact), WAIT_BINS[bisect_left(WAIT_EDGES, fact.wait_seconds)].id: 1}
        return sums_of(measures, fact)

    return attrgetter(*names), sums


_COUNTING = {kind: _counting(source) for kind, source in LIVE_FACTS.items()}


def live_sums(fact: Fact) -> Sums:
    """What one fact adds to every measure that today's memory can tell; nothing if it is of no source."""
    counting = _COUNTING.get(type(fact))
    if counting is None:
        return {}
    read, sums = counting
    return sums(read(fact))


_MAXIMA = frozenset(measure.id for measure in MEASURES.values() if measure.combine == "max")


def merge(into: dict[str, float], sums: Sums) -> None:
    """Adds the sums of another span, queue or agent."""
    for measure, value in sums.items():
        if measure not in into:
            into[measure] = value
        elif measure in _MAXIMA:
            into[measure] = max(into[measure], value)
        else:
            into[measure] += value


def added(parts: Iterable[Sums]) -> dict[str, float]:
    """The sums of several spans, queues or agents together."""
    following = iter(parts)
    total = dict(next(following, {}))
    for sums in following:
        merge(total, sums)
    return total
