"""Which conversations a sampling plan draws by now: exact by the end of a period, spread over it, repeatable. Pure.

A period is cut into as many slices as an agent's conversations are to be drawn. When a slice is over, one conversation
of it is drawn by lot; what a slice could not give is made up from all slices that are over (docs/decisions/0028).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.sampling import drawn, falls_in_share

PeriodKind = Literal["week", "month"]
DAY_SECONDS: Seconds = 86_400
MOST_PER_AGENT = 100


class Why(StrEnum):
    """Why a conversation was drawn: by lot for its agent, by which rule, or since its agent was coached."""

    RANDOM = "random"
    NEW_AGENT = "new_agent"
    LONG = "long"
    TALK_OVER = "talk_over"
    LOW_SURVEY = "low_survey"
    COMPLAINT = "complaint"
    SHARE = "share"
    COACHING = "coaching"


BY_LOT = frozenset({Why.RANDOM, Why.NEW_AGENT})


class NewAgents(Struct, frozen=True):
    """So many conversations more of an agent who was first seen less than `days` before the period, or in it."""

    days: int
    calls: int


class Rules(Struct, frozen=True):
    """What is drawn beside the conversations by lot; None: the rule is off. `share` is in per cent.

    `survey_score`: whatever a caller gave at most so much for in the survey after the call. `complaints`: the calls
    of every ticket that is a complaint.
    """

    long_seconds: Seconds | None = None
    talk_over_seconds: Seconds | None = None
    survey_score: int | None = None
    complaints: bool = False
    new_agents: NewAgents | None = None
    share: float | None = None


class Sampling(Struct, frozen=True, kw_only=True):
    """How much a plan draws. The same seed and conversations give the same draw."""

    per_agent: int
    rules: Rules
    seed: str


class Period(NamedTuple):
    """A week or month of the centre's calendar, from `since` up to, but without, `until`."""

    name: str
    since: Instant
    until: Instant


class Key(NamedTuple):
    """What is reviewed: what one agent said in one call."""

    pbx: str
    call_id: str
    agent_number: str

    @property
    def text(self) -> str:
        """One text for a draw; PBX and agent hold no space."""
        return f"{self.pbx} {self.agent_number} {self.call_id}"


class Candidate(Struct, frozen=True, kw_only=True):
    """A conversation that can be heard: the agent's longest of its call. Talk-over is 0 where not measured.

    `survey_score` is the lowest that its caller gave for this agent, 0 without an answer; `is_complaint` where its
    call belongs to a complaint, if that was asked.
    """

    key: Key
    agent_name: str
    queue: str
    began_at: Instant
    talk_seconds: Seconds
    talk_over_seconds: Seconds = 0.0
    survey_score: int = 0
    is_complaint: bool = False


class Assigned(NamedTuple):
    """Why a conversation was drawn before, and when it began: in the period, or at most a call's length beside it."""

    why: Why
    began_at: Instant


class Draw(NamedTuple):
    """A conversation that is to be reviewed, and why."""

    candidate: Candidate
    why: Why


# --- periods ----------------------------------------------------------------------------------------------------


def period_at(at: Instant, kind: PeriodKind, zone: ZoneInfo) -> Period:
    """The week (from Monday) or the month that an instant lies in."""
    day = datetime.fromtimestamp(at, zone).date()
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return Period(f"{year}-W{week:02}", _midnight(first, zone), _midnight(first + timedelta(days=7), zone))
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(f"{first:%Y-%m}", _midnight(first, zone), _midnight(after, zone))


def periods_to_draw(now: Instant, active_since: Instant, kind: PeriodKind, zone: ZoneInfo) -> list[Period]:
    """The one that ended last, whose last conversations become known only after it, and the present one.

    Nothing is drawn of a period that was over when the plan was switched on.
    """
    present = period_at(now, kind, zone)
    return [period for period in (period_at(present.since - 1, kind, zone), present) if period.until > active_since]


def _midnight(day: date, zone: ZoneInfo) -> Instant:
    return datetime.combine(day, time(0), zone).timestamp()


# --- draws ------------------------------------------------------------------------------------------------------


def draws(
    sampling: Sampling,
    period: Period,
    candidates: Iterable[Candidate],
    new_agents: Collection[str],
    assigned: Mapping[Key, Assigned],
    now: Instant,
) -> list[Draw]:
    """What is to be assigned beside what is assigned already, by agent; nothing is drawn twice."""
    fresh = [one for one in candidates if one.key not in assigned]
    by_rule = [Draw(one, why) for one in fresh if (why := why_by_rule(sampling, one)) is not None]
    taken = {draw.candidate.key for draw in by_rule}
    left = defaultdict(list)
    for one in fresh:
        if one.key not in taken:
            left[one.key.agent_number].append(one)
    had = _had(assigned, period)
    by_lot = [
        draw
        for agent, some in left.items()
        for draw in _for_agent(_Quota.of(sampling, agent in new_agents), period, some, had.get(agent, []), now)
    ]
    return sorted(by_rule + by_lot, key=_in_order)


def _in_order(draw: Draw) -> tuple[str, Instant, Key]:
    return draw.candidate.key.agent_number, draw.candidate.began_at, draw.candidate.key


def why_by_rule(sampling: Sampling, one: Candidate) -> Why | None:
    """The first rule that takes the conversation whatever the lots say."""
    rules = sampling.rules
    if rules.long_seconds is not None and one.talk_seconds >= rules.long_seconds:
        return Why.LONG
    if rules.talk_over_seconds is not None and one.talk_over_seconds >= rules.talk_over_seconds:
        return Why.TALK_OVER
    if rules.survey_score is not None and 0 < one.survey_score <= rules.survey_score:
        return Why.LOW_SURVEY
    if rules.complaints and one.is_complaint:
        return Why.COMPLAINT
    if rules.share and falls_in_share(one.key.text, rules.share, seed=sampling.seed, stratum=Why.SHARE):
        return Why.SHARE
    return None


class _Quota(NamedTuple):
    """How many conversations of an agent are drawn by lot in a period; those beyond `regular` are for being new."""

    regular: int
    total: int
    seed: str

    @classmethod
    def of(cls, sampling: Sampling, is_new: bool) -> "_Quota":
        more = sampling.rules.new_agents.calls if is_new and sampling.rules.new_agents else 0
        return cls(sampling.per_agent, sampling.per_agent + more, sampling.seed)

    def why(self, nth: int) -> Why:
        """Of the nth one (from 1): the regular ones are spread evenly among all."""
        is_regular = nth * self.regular // self.total > (nth - 1) * self.regular // self.total
        return Why.RANDOM if is_regular else Why.NEW_AGENT


def _had(assigned: Mapping[Key, Assigned], period: Period) -> dict[str, list[Instant]]:
    """When the conversations of the period began that were drawn by lot, by agent."""
    had = defaultdict(list)
    for key, one in assigned.items():
        if one.why in BY_LOT and period.since <= one.began_at < period.until:
            had[key.agent_number].append(one.began_at)
    return had


def _for_agent(
    quota: _Quota, period: Period, candidates: Sequence[Candidate], had: Sequence[Instant], now: Instant
) -> list[Draw]:
    due = slices_over(period, quota.total, now)
    short = due - len(had)
    if short <= 0:
        return []
    by_slice: dict[int, dict[str, Candidate]] = defaultdict(dict)
    for one in candidates:
        by_slice[_slice_at(period, quota.total, one.began_at)][one.key.text] = one
    served = {_slice_at(period, quota.total, at) for at in had}
    chosen: dict[str, Candidate] = {}
    for nth in (nth for nth in reversed(range(due)) if nth not in served):
        of_slice = by_slice[nth]
        for text in drawn(of_slice, min(1, short - len(chosen)), seed=quota.seed, stratum=f"{period.name} {nth}"):
            chosen[text] = of_slice[text]
    if len(chosen) < short:
        rest = {text: one for nth in range(due) for text, one in by_slice[nth].items() if text not in chosen}
        for text in drawn(rest, short - len(chosen), seed=quota.seed, stratum=f"{period.name} rest {due}"):
            chosen[text] = rest[text]
    ordered = sorted(chosen.values(), key=lambda one: (one.began_at, one.key))
    return [Draw(one, quota.why(len(had) + nth)) for nth, one in enumerate(ordered, 1)]


def _slice_at(period: Period, count: int, at: Instant) -> int:
    """The slice that an instant of the period lies in, from 0."""
    return min(count - 1, slices_over(period, count, at))


def slices_over(period: Period, count: int, at: Instant) -> int:
    """How many of `count` equal slices of the period are over."""
    return max(0, min(count, int((at - period.since) * count / (period.until - period.since))))


# --- a plan -----------------------------------------------------------------------------------------------------


def check_sampling(per_agent: int, rules: Rules) -> None:
    """Raises BadInput naming the field of a plan that could not draw anything."""
    if per_agent == 0 and rules == Rules():
        raise BadInput("A plan draws conversations of each agent, or has a rule", field="per_agent")
    if rules.new_agents is not None and per_agent + rules.new_agents.calls > MOST_PER_AGENT:
        raise BadInput(f"At most {MOST_PER_AGENT} conversations of an agent are drawn", field="rules.new_agents.calls")
