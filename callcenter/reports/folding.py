"""The lines of a report from the sums of queues, or of agents in their teams. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from callcenter.reports.figures.measures import HEAD_COUNT, MEASURES, Source, added, merge
from callcenter.reports.names import Names
from callcenter.reports.spans import Piece, Span

Keys = tuple[str, ...]


class Record(NamedTuple):
    """The sums of one queue (keys: pbx, queue), or of one agent in one team (agent, team), in one group of pieces."""

    group: int
    keys: Keys
    name: str
    sums: Mapping[str, float]


class By(NamedTuple):
    """What makes a line: the part of a record's keys that it keeps; whether it counts heads; how it is called."""

    keys: Callable[[Keys], Keys]
    counts_heads: bool
    named: Callable[[Names, "Row", Sequence[Record]], None]


@dataclass(kw_only=True)
class Row:
    """A line of a report: `group` numbers its interval, `keys` say whose it is (pbx and queue; agent; team)."""

    group: int
    keys: Keys
    sums: dict[str, float]
    name: str = ""
    team: str = ""
    reasons: dict[str, float] | None = None


class Paused(NamedTuple):
    """The seconds of an agent's pauses with one reason."""

    group: int
    keys: Keys
    reason: str
    seconds: float


@dataclass(kw_only=True)
class Part:
    """The figures of one span: its rows, and all of them together, in each group of pieces and in all."""

    span: Span
    pieces: list[Piece]
    rows: list[Row]
    group_totals: dict[int, dict[str, float]] = field(default_factory=dict)
    totals: dict[str, float] = field(default_factory=dict)

    def add_reasons(self, pauses: Iterable[Paused], by: By) -> None:
        """Gives each row the seconds paused by reason."""
        rows = {(row.group, row.keys): row for row in self.rows}
        reasons: defaultdict[tuple[int, Keys], defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        for paused in pauses:
            reasons[paused.group, by.keys(paused.keys)][paused.reason] += paused.seconds
        for identity, row in rows.items():
            row.reasons = dict(reasons[identity])


def folded(span: Span, pieces: list[Piece], records: Sequence[Record], by: By, names: Names) -> Part:
    """The rows of these records by name, then interval; and their totals."""
    of_row: defaultdict[tuple[int, Keys], list[Record]] = defaultdict(list)
    of_group: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        if record.sums:
            of_row[record.group, by.keys(record.keys)].append(record)
            of_group[record.group].append(record)
    rows = []
    for (group, keys), found in of_row.items():
        row = Row(group=group, keys=keys, sums=_added(found, by))
        by.named(names, row, found)
        rows.append(row)
    return Part(
        span=span,
        pieces=pieces,
        rows=sorted(rows, key=lambda row: (row.name, row.keys, row.group)),
        group_totals={group: _added(found, by) for group, found in sorted(of_group.items())},
        totals=_added(records, by),
    )


def _added(records: Sequence[Record], by: By) -> dict[str, float]:
    total = added(record.sums for record in records)
    return total | _head_count(records) if by.counts_heads else total


class Agent(NamedTuple):
    """What an agent handled, and in how long: what the measures of agents read."""

    handled: float
    signed_in_seconds: float


def agents_in(records: Iterable[Record]) -> dict[str, Agent]:
    """What each agent did, in whatever teams and intervals."""
    agents: dict[str, dict[str, float]] = {}
    for record in records:
        merge(agents.setdefault(record.keys[0], dict.fromkeys(HEAD_COUNT, 0.0)), record.sums)
    return {name: Agent(*(sums[measure] for measure in HEAD_COUNT)) for name, sums in agents.items()}


def _head_count(records: Iterable[Record]) -> dict[str, float]:
    """How many agents were there, and how many of them over the target."""
    agents = agents_in(records).values()
    measures = (measure for measure in MEASURES.values() if measure.source is Source.AGENTS)
    return {measure.id: sum(bool(measure.counts(agent)) for agent in agents) for measure in measures}


# --- how lines are called ---------------------------------------------------------------------------------------


def _name_queue(names: Names, row: Row, records: Sequence[Record]) -> None:
    row.name = names.queue(row.keys[1])


def _name_agent(names: Names, row: Row, records: Sequence[Record]) -> None:
    """By the settings; an agent whom they do not know by what the facts say."""
    row.name, row.team = names.agent(
        row.keys[0], max(record.name for record in records), max(record.keys[1] for record in records)
    )


def _name_team(names: Names, row: Row, records: Sequence[Record]) -> None:
    row.name = row.team = row.keys[0]


OF_QUEUE = By(lambda keys: keys, False, _name_queue)
OF_AGENT = By(lambda keys: keys[:1], False, _name_agent)
OF_TEAM = By(lambda keys: keys[1:], True, _name_team)
