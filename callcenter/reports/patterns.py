"""Unusual patterns in what an agent did, by rules that anybody can check: so many of one kind within a time. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from statistics import median

from msgspec import Struct

from callcenter.floor.facts import RingOutcome
from callcenter.floor.terms import Instant, Seconds


class Kind(StrEnum):
    """What an agent does, or what is done to the seat."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    READY = "ready"
    PAUSE = "pause"
    UNREACHABLE = "unreachable"
    RING = "ring"
    TALK = "talk"
    WRAP_UP = "wrap_up"


class Action(Struct, frozen=True, kw_only=True):
    """One action of a seat. `until` is None while it lasts. `reason` is a pause's, `outcome` a ring's.

    `goes_on`: a pause that a call interrupted, taken up again. `is_callback`: a talk or ring of the dialer's.
    """

    id: str
    kind: Kind
    pbx: str
    interface: str
    since: Instant
    until: Instant | None
    seconds: Seconds
    reason: str = ""
    outcome: str = ""
    queue: str = ""
    number: str = ""
    call_id: str | None = None
    hold_seconds: Seconds = 0.0
    goes_on: bool = False
    is_callback: bool = False
    is_certain: bool = True


class Limits(Struct, frozen=True, kw_only=True):
    """The settings `patterns`: from how many within `window_seconds` on it is one, and what is short or long."""

    window_seconds: Seconds = 3600
    sign_ins: int = 4
    short_pauses: int = 4
    short_pause_seconds: Seconds = 60
    rejections: int = 3
    rings_not_answered: int = 3
    callbacks_delayed: int = 3
    callback_pause_seconds: Seconds = 10
    long_wrap_ups: int = 3
    wrap_up_ratio: float = 2.0
    wrap_up_excess_seconds: Seconds = 30


class Pattern(Struct, frozen=True):
    """A rule that was met: the most within one window, the limit, and all actions that belong to it."""

    rule: str
    count: int
    limit: int
    since: Instant
    until: Instant
    actions: list[str]


class Day(Struct, frozen=True):
    """What a rule looks at: the actions in their order, and the agent's usual wrap-up (None: not known)."""

    actions: Sequence[Action]
    usual_wrap_up_seconds: Seconds | None


class Rule(Struct, frozen=True):
    """A kind of pattern: its words, which actions count, and from how many on.

    The words may name limits: `{count}`, `{minutes}`, and any field of Limits.
    """

    id: str
    label_en: str
    label_zh: str
    rule_en: str
    rule_zh: str
    limit: Callable[[Limits], int]
    counts: Callable[[Day, Limits], Iterator[Action]]


def find_patterns(
    actions: Iterable[Action], limits: Limits, usual_wrap_up_seconds: Seconds | None = None
) -> list[Pattern]:
    """Every pattern in one agent's actions, by time. What was concluded and not seen (link down) never counts."""
    day = Day([action for action in actions if action.is_certain], usual_wrap_up_seconds)
    found = [pattern for rule in RULES for pattern in _clusters(rule, [*rule.counts(day, limits)], limits)]
    return sorted(found, key=lambda pattern: pattern.since)


FEWEST_WRAP_UPS = 10


def usual_wrap_up(seconds: Sequence[Seconds]) -> Seconds | None:
    """What is usual for an agent: the median; None of fewer than ten."""
    return median(seconds) if len(seconds) >= FEWEST_WRAP_UPS else None


def _clusters(rule: Rule, actions: Sequence[Action], limits: Limits) -> Iterator[Pattern]:
    """Windows that reach the limit; those that share an action are one pattern."""
    limit = rule.limit(limits)
    merged: list[tuple[range, int]] = []
    for window in _windows(actions, limits.window_seconds):
        if len(window) < limit:
            continue
        if merged and window.start < merged[-1][0].stop:
            before, most = merged.pop()
            merged.append((range(before.start, window.stop), max(most, len(window))))
        else:
            merged.append((window, len(window)))
    for covered, most in merged:
        yield _pattern(rule, actions[covered.start : covered.stop], most, limit)


def _windows(actions: Sequence[Action], seconds: Seconds) -> Iterator[range]:
    """For each action, those that began within the seconds before it."""
    first = 0
    for index, action in enumerate(actions):
        while action.since - actions[first].since > seconds:
            first += 1
        yield range(first, index + 1)


def _pattern(rule: Rule, actions: Sequence[Action], most: int, limit: int) -> Pattern:
    last = actions[-1]
    until = last.since if last.until is None else last.until
    return Pattern(rule.id, most, limit, actions[0].since, until, [action.id for action in actions])


# --- the rules --------------------------------------------------------------------------------------------------


def _sign_ins(day: Day, limits: Limits) -> Iterator[Action]:
    return (action for action in day.actions if action.kind is Kind.SIGNED_IN)


def _short_pauses(day: Day, limits: Limits) -> Iterator[Action]:
    """A pause that a call interrupted is as long as its parts together."""
    pauses = [action for action in day.actions if action.kind is Kind.PAUSE]
    lengths: list[tuple[Action, Seconds]] = []
    for pause in pauses:
        if pause.goes_on and lengths:
            begun, seconds = lengths.pop()
            lengths.append((begun, seconds + pause.seconds))
        else:
            lengths.append((pause, pause.seconds))
    return (pause for pause, seconds in lengths if pause.until is not None and seconds < limits.short_pause_seconds)


def _rings(outcome: RingOutcome) -> Callable[[Day, Limits], Iterator[Action]]:
    return lambda day, limits: (
        action for action in day.actions if action.kind is Kind.RING and action.outcome == outcome
    )


def _callbacks_delayed(day: Day, limits: Limits) -> Iterator[Action]:
    """Pauses that begin when a callback is over, before the seat is ready for the next one."""
    over_at: Instant | None = None
    for action in day.actions:
        if action.kind is Kind.READY:
            over_at = None
        elif action.kind is Kind.PAUSE and over_at is not None:
            if not action.goes_on and action.since - over_at <= limits.callback_pause_seconds:
                yield action
            over_at = None
        elif action.kind in (Kind.TALK, Kind.WRAP_UP):
            is_of_callback = action.is_callback or (action.kind is Kind.WRAP_UP and over_at is not None)
            over_at = action.until if is_of_callback else None


def _long_wrap_ups(day: Day, limits: Limits) -> Iterator[Action]:
    usual = day.usual_wrap_up_seconds
    if usual is None:
        return iter(())
    long = max(usual * limits.wrap_up_ratio, usual + limits.wrap_up_excess_seconds)
    return (action for action in day.actions if action.kind is Kind.WRAP_UP and action.seconds > long)


RULES: tuple[Rule, ...] = (
    Rule(
        "signs_in_and_out",
        "Signs in and out again and again",
        "频繁签入签出",
        "signed in {count} times or more within {minutes} minutes",
        "{minutes} 分钟内签入 {count} 次及以上",
        lambda limits: limits.sign_ins,
        _sign_ins,
    ),
    Rule(
        "short_pauses",
        "Pauses in short bursts",
        "频繁短时示忙",
        "{count} pauses or more of less than {short_pause_seconds:g} s each within {minutes} minutes",
        "{minutes} 分钟内 {count} 次及以上不足 {short_pause_seconds:g} 秒的示忙",
        lambda limits: limits.short_pauses,
        _short_pauses,
    ),
    Rule(
        "rejects_calls",
        "Rejects calls",
        "拒接来电",
        "rejected {count} calls or more on the phone within {minutes} minutes",
        "{minutes} 分钟内在话机上拒接 {count} 次及以上",
        lambda limits: limits.rejections,
        _rings(RingOutcome.REJECTED),
    ),
    Rule(
        "lets_calls_ring_out",
        "Lets calls ring out",
        "振铃不接",
        "let {count} calls or more ring out within {minutes} minutes",
        "{minutes} 分钟内 {count} 次及以上振铃未接",
        lambda limits: limits.rings_not_answered,
        _rings(RingOutcome.NOT_ANSWERED),
    ),
    Rule(
        "delays_callbacks",
        "Delays the next callback",
        "拖延下一通回访",
        "paused within {callback_pause_seconds:g} s after a callback, before the next one, "
        "{count} times or more within {minutes} minutes",
        "{minutes} 分钟内 {count} 次及以上在回访结束后 {callback_pause_seconds:g} 秒内示忙",
        lambda limits: limits.callbacks_delayed,
        _callbacks_delayed,
    ),
    Rule(
        "long_wrap_up",
        "Wrap-up much longer than usual",
        "案头时长远超平时",
        "{count} wrap-ups or more within {minutes} minutes, each longer than {wrap_up_ratio:g} times the agent's "
        "median of the four weeks before and by more than {wrap_up_excess_seconds:g} s",
        "{minutes} 分钟内 {count} 次及以上案头时长超过本人前四周中位数的 {wrap_up_ratio:g} 倍且多出 "
        "{wrap_up_excess_seconds:g} 秒以上",
        lambda limits: limits.long_wrap_ups,
        _long_wrap_ups,
    ),
)
"""To add a rule: an entry, and which actions count."""


def rule_words(rule: Rule, limits: Limits) -> dict[str, str]:
    """The rule in words, in both languages, with the limits in force."""
    values = {name: getattr(limits, name) for name in limits.__struct_fields__}
    values |= {"count": rule.limit(limits), "minutes": f"{limits.window_seconds / 60:g}"}
    return {"rule_en": rule.rule_en.format_map(values), "rule_zh": rule.rule_zh.format_map(values)}
