"""Whatever is cut out of a recorded day: a survey and queue_log give the counts of the day that was heard whole.

The survey is made of a second floor that heard everything, since nobody asked the PBX at that moment.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.asterisk.capture import read
from callcenter.asterisk.gap_account import gap_account
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.queue_log_lines import AnyRecord
from callcenter.asterisk.replay import replay
from callcenter.floor import events as e
from callcenter.floor.events import AnyEvent, OpenChannel, WaitingCaller
from callcenter.floor.facts import AnyFact, Conversation, Gap, QueueVisit, Ring, RingOutcome, VisitOutcome
from callcenter.floor.floor import Floor
from tests.floor.test_properties import Watched, check_conversations, check_spells, check_visits

HERE = Path(__file__).parent
PBX = "pbx1"
LOGS = {"busy": "busy.queue_log.gz", "everything": "queue_log.gz", "filtered": "queue_log.gz"}
LOGIN_SECONDS = 0.05
SETTLED_SECONDS = 1.0
REFUSED = (VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL)
RINGS_IN_THE_LOG = {
    RingOutcome.ANSWERED: "answered",
    RingOutcome.NOT_ANSWERED: "not answered",
    RingOutcome.REJECTED: "not answered",
    RingOutcome.GIVEN_UP: "given up",
}


@cache
def stream(name: str) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    replay(read(HERE / f"{name}.ami.gz"), PBX, events.append)
    first = next((n for n, event in enumerate(events) if isinstance(event, e.Surveyed)), 0)
    later = (event for event in events[first + 1 :] if not isinstance(event, e.ConnectionBegan | e.Surveyed))
    return [*events[: first + 1], *later]


@cache
def log_of(name: str) -> list[AnyRecord]:
    return list(records([HERE / LOGS[name]]))


class Account(NamedTuple):
    """What a day comes to."""

    visits: Counter[tuple[str, str, str]]
    rings: Counter[tuple[str, str]]
    talks: Counter[tuple[str, str]]
    talk_seconds: float


def account_of(facts: list[AnyFact]) -> Account:
    visits = (fact for fact in facts if isinstance(fact, QueueVisit) and fact.outcome not in REFUSED)
    rings = (fact for fact in facts if isinstance(fact, Ring) and fact.outcome in RINGS_IN_THE_LOG)
    talks = [fact for fact in facts if isinstance(fact, Conversation) and fact.queue]
    return Account(
        Counter((visit.channel_id, visit.queue, visit.outcome.value) for visit in visits),
        Counter((ring.agent_name or ring.interface, RINGS_IN_THE_LOG[ring.outcome]) for ring in rings),
        Counter((talk.queue, talk.agent_name or talk.interface) for talk in talks),
        sum(talk.talk_seconds + talk.hold_seconds for talk in talks),
    )


@cache
def whole(name: str) -> Account:
    return account_of(list(Watched().run(stream(name)).facts.values()))


def survey_of(floor: Floor, at: float) -> e.Surveyed:
    """What a survey would find at the PBX."""
    site = floor.sites[PBX]
    members = [member for seat in site.seats.values() for member in seat.members.values()]
    waiting = [
        WaitingCaller(visit.queue, visit.holder_id, visit.position, "", "", float(int(at) - int(visit.joined_at)))
        for queue in site.queues.values()
        for visit in queue.waiting.values()
    ]
    channels = [
        OpenChannel(
            c.channel_id,
            c.call_id,
            c.name,
            c.is_up,
            c.number,
            "",
            c.bridge_id,
            float(int(at - c.opened_at)),
            "AppQueue" if c.channel_id in site.rings else "",
        )
        for c in site.channels.values()
    ]
    devices = [(seat.interface, seat.device) for seat in site.seats.values()]
    return e.Surveyed(PBX, at, tuple(site.queues), tuple(members), tuple(waiting), tuple(channels), tuple(devices))


def with_a_hole(name: str, start: int, end: int, *, has_log: bool = True) -> Watched:
    """The day without the events from `start` up to `end`; what comes then is heard, a survey, and its settlement."""
    events = stream(name)
    heard_at = max(event.at for event in events[:end])
    survey = next((n for n in range(end, len(events)) if events[n].at > heard_at + LOGIN_SECONDS), len(events))
    truth = Floor()
    for event in events[:survey]:
        truth.apply(event)
    until = truth.sites[PBX].now
    settled = next((n for n in range(survey, len(events)) if events[n].at > until + SETTLED_SECONDS), len(events))
    day = Watched().run(events[:start])
    site = day.floor.sites[PBX]
    day.run([e.ConnectionBegan(PBX, site.heard_at), *events[end:survey], survey_of(truth, until)])
    day.run(events[survey:settled])
    if site.gap is not None:
        known = e.DirectoryChanged(PBX, 0.0, tuple(site.agents.values()), tuple(site.rules.values()))
        settlement = gap_account(log_of(name), known, site.gap.since, until)
        day.run([settlement if has_log else e.GapSettled(PBX, until, until, is_readable=False)])
    return day.run(events[settled:])


def check_floor(day: Watched) -> None:
    for check in (check_spells, check_conversations, check_visits):
        check(day)


shares = st.floats(0.01, 1)
thorough = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", LOGS)
@thorough
@given(one=shares, other=shares)
def test_a_hole_is_filled(name: str, one: float, other: float) -> None:
    events = stream(name)
    start, end = sorted(int(share * len(events)) for share in (one, other))
    day = with_a_hole(name, start, end)
    ours, truth = account_of(list(day.facts.values())), whole(name)
    assert (ours.visits - truth.visits, truth.visits - ours.visits) == (Counter(), Counter())
    assert (ours.rings - truth.rings, truth.rings - ours.rings) == (Counter(), Counter())
    assert (ours.talks - truth.talks, truth.talks - ours.talks) == (Counter(), Counter())
    assert ours.talk_seconds == pytest.approx(truth.talk_seconds, abs=1.1 * truth.talks.total())
    outside = {talk.call_id for talk in day.remained(Conversation) if not (talk.queue or talk.is_certain)}
    assert all(gap.lost <= len(outside) for gap in day.remained(Gap)), "queue_log knows only the talks of queues"
    check_floor(day)
