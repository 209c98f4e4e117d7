"""The figures of a capture: queues, agents, gaps, and how they agree with the queue_log beside it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from callcenter.asterisk.completion import Completion
from callcenter.asterisk.log_calls import LogCalls
from callcenter.asterisk.queue_log_lines import AnyRecord
from callcenter.asterisk.replay import Gap, Reading, Replay
from callcenter.asterisk.ring_completion import complete_rings
from callcenter.floor.account import Account
from callcenter.floor.facts import VisitOutcome
from callcenter.floor.tally import QueueCall, Tallies, Thresholds, tell

Figures = dict[str, Any]

SETTLING_BYTES = 4_000_000
"""Some thousand events: so often what is over is settled."""


def replay_figures(
    pieces: Iterable[bytes], pbx: str, thresholds: Thresholds, records: Iterable[AnyRecord] | None = None
) -> tuple[Figures, Reading]:
    """Everything that a capture comes to, as plain values, and how it was read. Raises NotAmi for anything else.

    Without `records` the calls that are over are counted and forgotten; with them all are kept, to be compared.
    """
    account, tallies = Account(pbx), Tallies(thresholds)
    log = None if records is None else LogCalls(records)
    replay = Replay(pbx, account.apply, account, log.starts if log else ())

    def count(calls: Iterable[QueueCall]) -> None:
        for call in calls:
            account.attendance.credit(call)
            _count_lost(call, replay.gaps)
        tallies.add(calls)

    settling = pieces if log else _settling(pieces, lambda: count(account.take_settled()))
    reading = replay.read(settling)
    account.close()
    reconciliation = _reconcile(account, replay, log, thresholds) if log else None
    count(account.calls)
    figures = {
        "totals": tell(tallies.totals),
        "queues": {name: tell(queue) for name, queue in sorted(tallies.queues.items())},
        "agents": {name: tell(agent) for name, agent in sorted(account.attendance.agents.items())},
        "events": reading.ami_events,
        "unknown_events": dict(reading.unknown.most_common()),
        "open_calls": account.open_calls(),
        "gaps": [
            {"from": gap.since, "to": gap.until, "recovered": gap.recovered, "lost": gap.lost} for gap in replay.gaps
        ],
    }
    reading.surprises = account.floor.surprises
    return figures if reconciliation is None else {**figures, "reconciliation": reconciliation}, reading


def _settling(pieces: Iterable[bytes], settle: Callable[[], None]) -> Iterator[bytes]:
    """The pieces; now and then, between two of them, what is over is settled."""
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        if size > SETTLING_BYTES:
            settle()
            size = 0


def _reconcile(account: Account, replay: Replay, log: LogCalls, thresholds: Thresholds) -> Figures:
    completion = Completion(account.calls, log, replay)
    completion.run()
    complete_rings(account.attendance, log, replay.gaps)
    return {
        "queue_log": tell(Tallies(thresholds).add(completion.log_calls).totals),
        "differences": [difference.as_dict() for difference in completion.differences],
        "explained": [difference.as_dict() for difference in completion.explained],
    }


def _count_lost(call: QueueCall, gaps: list[Gap]) -> None:
    """A call is lost in the first gap after its beginning, if nobody knows how its visit or its talk ended."""
    is_lost = call.outcome is VisitOutcome.LOST or (
        call.outcome is VisitOutcome.ANSWERED and not call.is_talking and (not call.talk or not call.talk.ended_by)
    )
    gap = next((gap for gap in gaps if gap.until >= call.joined_at), None) if is_lost else None
    if gap is not None:
        gap.lost += 1
