"""Reports: the figures of a span by queue, agent or team, interval by interval, and beside those of the span before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.errors import BadInput
from callcenter.floor.facts import SeatSpell
from callcenter.reports.counted import Wanted
from callcenter.reports.figures import FIGURE_BY_ID, FIGURES
from callcenter.reports.figures.entry import Figure, Subject
from callcenter.reports.figures.measures import HEAD_COUNT, MEASURES, Measure, Source, Sums, merge
from callcenter.reports.folding import OF_AGENT, OF_QUEUE, OF_TEAM, Agent, By, Part, Record, agents_in, folded
from callcenter.reports.names import Names
from callcenter.reports.pauses import pause_seconds
from callcenter.reports.plan import plan
from callcenter.reports.roll_ups import known
from callcenter.reports.running import running_records
from callcenter.reports.spans import IntervalKind, Piece, Span, pieces_of, previous
from callcenter.reports.sums import AGENT_KEYS, BY_AGENT, BY_QUEUE, QUEUE_KEYS, Only, Question, sums
from callcenter.store.engine import snapshot

QueueName = tuple[str, str]

BY_SUBJECT: dict[Subject, By] = {"queues": OF_QUEUE, "agents": OF_AGENT, "teams": OF_TEAM}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is to show."""

    subject: Subject
    span: Span
    interval: IntervalKind = "none"
    only: Only = Only()  # noqa: RUF009 - immutable
    figures: tuple[Figure, ...]
    compares: bool = False
    has_reasons: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was asked, and the answer; `before` is the previous span's."""

    asked: Asked
    part: Part
    before: Part | None


@dataclass(frozen=True)
class Sources:
    """Where reports come from: the store, the centre's zone and names, what seats are doing at this moment, and which
    types of tickets are complaints."""

    engine: AsyncEngine
    zone: ZoneInfo
    names: Names
    spells_under_way: Callable[[], Iterable[SeatSpell]] = tuple
    complaints: frozenset[str] = frozenset()


def chosen_figures(subject: Subject, only: Only, identities: Sequence[str] = ()) -> tuple[Figure, ...]:
    """The figures of a subject; of them only those named. Raises BadInput for one that it does not have."""
    fitting = [figure for figure in FIGURES if subject in figure.subjects and _can_tell(figure, only)]
    for identity in identities:
        figure = FIGURE_BY_ID.get(identity)
        if figure is None:
            raise BadInput(f"figures: there is no figure {identity!r}", field="figures")
        if subject not in figure.subjects:
            raise BadInput(f"figures: {identity} is no figure of {subject}", field="figures")
    return tuple(figure for figure in fitting if not identities or figure.id in identities)


def _can_tell(figure: Figure, only: Only) -> bool:
    """Seats are of no queue, and attempts of no team."""
    sources = {MEASURES[measure].source for measure in figure.measures}
    if only.queue is not None and sources & {Source.SPELLS, Source.AGENTS}:
        return False
    return only.team is None or Source.ATTEMPTS not in sources


async def report(sources: Sources, asked: Asked) -> Report:
    """Counts. Raises BadInput where the span has too many intervals."""
    async with snapshot(sources.engine) as connection:
        part = await _part(connection, sources, asked, asked.span)
        before = None
        if asked.compares:
            before = await _part(connection, sources, asked, previous(asked.span, sources.zone))
    return Report(asked=asked, part=part, before=before)


async def agents_behind(sources: Sources, wanted: Wanted) -> dict[str, Agent]:
    """The agents whom a part of a figure counts, by their id."""
    measures = tuple(MEASURES[measure] for measure in HEAD_COUNT)
    async with snapshot(sources.engine) as connection:
        question = Question(BY_AGENT, AGENT_KEYS, measures)
        records = await _records(connection, question, wanted.only, [*wanted.pieces])
    if wanted.only.queue is None:
        records += running_records(sources.spells_under_way(), wanted.pieces, wanted.only, measures)
    return {
        identity: agent
        for identity, agent in agents_in(records).items()
        if any(measure.counts(agent) for measure in wanted.measures)
    }


async def sums_in(
    engine: AsyncEngine, pieces: list[Piece], figures: Sequence[Figure], only: Only
) -> dict[int, dict[str, float]]:
    """What these figures of queues are made from, over all queues, by the group of the pieces."""
    question = Question(BY_QUEUE, (), _measures(figures))
    async with snapshot(engine) as connection:
        records = await _records(connection, question, only, pieces)
    found: dict[int, dict[str, float]] = {}
    for record in records:
        merge(found.setdefault(record.group, {}), record.sums)
    return found


async def sums_by_queue(engine: AsyncEngine, span: Span) -> Mapping[QueueName, Sums]:
    """The sums of all measures of queues, by PBX and queue."""
    question = Question(BY_QUEUE, QUEUE_KEYS, BY_QUEUE.measures)
    async with snapshot(engine) as connection:
        records = await _records(connection, question, Only(), [Piece(0, *span)])
    found: dict[QueueName, dict[str, float]] = {}
    for record in records:
        merge(found.setdefault((record.keys[0], record.keys[1]), {}), record.sums)
    return found


async def _part(connection: AsyncConnection, sources: Sources, asked: Asked, span: Span) -> Part:
    pieces = pieces_of(span, asked.interval, sources.zone)
    by = BY_SUBJECT[asked.subject]
    is_of_queues = asked.subject == "queues"
    grouping, keys = (BY_QUEUE, QUEUE_KEYS) if is_of_queues else (BY_AGENT, AGENT_KEYS)
    question = Question(grouping, keys, _measures(asked.figures))
    records = await _records(connection, question, asked.only, pieces)
    if not is_of_queues:
        records += running_records(sources.spells_under_way(), pieces, asked.only, question.measures)
    part = folded(span, pieces, records, by, sources.names)
    if asked.has_reasons and not is_of_queues:
        part.add_reasons(await pause_seconds(connection, pieces, asked.only), by)
    return part


def _measures(figures: Iterable[Figure]) -> tuple[Measure, ...]:
    """What has to be summed for these figures."""
    wanted = {measure for figure in figures for measure in figure.measures}
    if any(MEASURES[measure].source is Source.AGENTS for measure in wanted):
        wanted |= set(HEAD_COUNT)
    return tuple(
        measure for measure in MEASURES.values() if measure.id in wanted and measure.source is not Source.AGENTS
    )


async def _records(connection: AsyncConnection, question: Question, only: Only, pieces: list[Piece]) -> list[Record]:
    if not question.measures:
        return []
    span = Span(pieces[0].since, pieces[-1].until)
    unrolled, days = await known(connection, span)
    found = await sums(connection, question, only, pieces, plan(pieces, unrolled, days))
    count = len(question.keys)
    first = 1 + count + question.grouping.has_names
    names = [measure.id for measure in question.measures]
    return [
        Record(row[0], row[1 : 1 + count], row[first - 1] if question.grouping.has_names else "", totals)
        for row in map(tuple, found)
        if (totals := dict(zip(compress(names, row[first:]), filter(None, row[first:]), strict=True)))
    ]
