"""What is true of every day, however its events are disturbed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from callcenter.floor import events as e
from callcenter.floor import facts as f
from callcenter.floor.changes import Entities, merged, publish
from callcenter.floor.events import AnyEvent
from callcenter.floor.floor import GAUGES, Floor
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId
from tests.floor.days import (
    EXTENSION_SECONDS,
    LONGEST_WRAP_UP,
    Disturbance,
    a_day,
    channels_named,
    days,
    disturbances,
    disturbed,
    joins,
    repetitions,
    true_survey,
)
from tests.floor.stories import PBX, TICK, Diary

CLOSE = 1e-5
"""Floats near 1.7e9 are exact to 2e-7; sums of some hundred of them to this."""

thorough = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def natural_key(fact: f.AnyFact) -> tuple[Any, ...]:
    return (type(fact), *(getattr(fact, name) for name in fact.key))


def outcomes(facts: list[f.AnyFact]) -> dict[tuple[Any, ...], str]:
    """How each visit, ring and call ended, by its natural key."""
    ended = (fact for fact in facts if isinstance(fact, f.QueueVisit | f.Ring | f.CallRecord))
    return {natural_key(fact): getattr(fact, "outcome", "") for fact in ended}


class Watched:
    """Applies a stream and checks after each event what must always be true."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.published: Entities = self.floor.snapshot()
        self.client: Entities = self.published
        self.facts: dict[tuple[Any, ...], f.AnyFact] = {}
        self.signed_in_seconds: dict[str, float] = defaultdict(float)
        self.surprises = 0
        self.shown_visits: set[str] = set()

    def run(self, stream: list[AnyEvent]) -> "Watched":
        for event in stream:
            before = self.floor.sites[PBX].now if self.floor.sites else 0.0
            signed_in = self._signed_in()
            changes = self.floor.apply(event)
            self.surprises += len(changes.surprises)
            passed = self.floor.sites[PBX].now - before
            for interface in signed_in:
                self.signed_in_seconds[interface] += passed
            for fact in changes.facts:
                self._keep(fact)
            self._follow(changes.touched)
        return self

    def _signed_in(self) -> list[str]:
        sites = self.floor.sites.values()
        seats = (seat for site in sites for seat in site.seats.values())
        return [seat.interface for seat in seats if seat.state is not f.SeatState.SIGNED_OUT]

    def _keep(self, fact: f.AnyFact) -> None:
        key = natural_key(fact)
        assert key not in self.facts, f"told twice: {fact}, {self.facts[key]}"
        self.facts[key] = fact

    def _follow(self, touched: set[tuple[str, str]]) -> None:
        """Old snapshot + changes = fresh snapshot, with the hub's rule for the gauges."""
        delta = publish(self.published, self.floor, {*touched, GAUGES})
        self.client = merged(self.client, delta)
        self.shown_visits.update(self.client["visits"])
        snapshot = self.floor.snapshot()
        assert {kind: views for kind, views in self.client.items() if views} == {
            kind: views for kind, views in snapshot.items() if views
        }

    def remained(self, kind: type[f.Fact]) -> list[Any]:
        return [fact for fact in self.facts.values() if isinstance(fact, kind)]


def asked(stream: list[AnyEvent]) -> Iterator[tuple[str, int]]:
    """Who was asked after the call, and what they pressed."""
    scored = {event.channel_id: event.score for event in stream if isinstance(event, e.CallerSurveyAnswered)}
    offered = {event.channel_id for event in stream if isinstance(event, e.CallerSurveyOffered)}
    return ((channel_id, scored.get(channel_id, 0)) for channel_id in offered)


def scores(facts: Iterable[f.AnyFact]) -> dict[tuple[Any, ...], tuple[int, str]]:
    """What callers pressed, and about whom."""
    return {natural_key(fact): (fact.score, fact.agent_number) for fact in facts if isinstance(fact, f.CallerSurvey)}


def check_spells(watched: Watched) -> None:
    """Spells tile the time of each seat, but for the time when it is signed out."""
    site = watched.floor.sites[PBX]
    spells: dict[str, list[f.SeatSpell]] = defaultdict(list)
    for spell in watched.remained(f.SeatSpell):
        spells[spell.interface].append(spell)
    for seat in site.seats.values():
        told = sorted(spells[seat.interface], key=lambda spell: spell.since)
        assert all(spell.since < spell.until for spell in told)
        assert all(first.until <= second.since for first, second in pairwise(told))
        open_seconds = 0.0 if seat.state is f.SeatState.SIGNED_OUT else site.now - seat.since
        tiled = sum(spell.until - spell.since for spell in told) + open_seconds
        assert tiled == pytest.approx(watched.signed_in_seconds[seat.interface], abs=CLOSE)


def check_holds(watched: Watched) -> None:
    """Holds add up to the hold of their conversation; one whose end nobody heard may be longer, as its talk was."""
    held: dict[tuple[str, int], float] = defaultdict(float)
    unheard = set()
    for hold in watched.remained(f.Hold):
        assert hold.began_at < hold.ended_at
        held[hold.leg_id, hold.part] += hold.ended_at - hold.began_at
        if not hold.is_certain:
            unheard.add((hold.leg_id, hold.part))
    for talk in watched.remained(f.Conversation):
        part = talk.leg_id, talk.part
        if part in unheard:
            assert talk.hold_seconds <= held[part] + CLOSE
        else:
            assert held[part] == pytest.approx(talk.hold_seconds, abs=CLOSE)


def check_recordings(watched: Watched) -> None:
    """Pauses lie in their recording, one after the other."""
    files = {file.path: file for file in watched.remained(f.RecordingFile)}
    pauses = sorted(watched.remained(f.RecordingPause), key=lambda pause: (pause.path, pause.began_at))
    for pause in pauses:
        assert pause.began_at < pause.ended_at
        file = files.get(pause.path)
        assert file is None or file.began_at <= pause.began_at < pause.ended_at <= file.ended_at
    for first, second in pairwise(pauses):
        assert first.path != second.path or first.ended_at <= second.began_at


def check_conversations(watched: Watched) -> None:
    by_leg: dict[str, list[f.Conversation]] = defaultdict(list)
    for talk in watched.remained(f.Conversation):
        assert 0 <= talk.hold_seconds <= talk.ended_at - talk.began_at
        assert talk.talk_seconds >= 0
        assert talk.talk_seconds + talk.hold_seconds == pytest.approx(talk.ended_at - talk.began_at, abs=CLOSE)
        assert talk.wrap_up_seconds == pytest.approx(talk.completed_at - talk.ended_at, abs=CLOSE)
        assert talk.wrap_up_seconds >= 0
        by_leg[talk.leg_id].append(talk)
    check_holds(watched)
    for talks in by_leg.values():
        assert [talk.part for talk in talks] == sorted({talk.part for talk in talks})


def check_visits(watched: Watched) -> None:
    """Offered = outcomes + undecided: whoever was ever shown waiting has one outcome, or none yet."""
    open_visits = {visit.key[1] for visit in watched.floor.sites[PBX].visits.values()}
    ended = {f"{v.pbx}/{v.channel_id}/{v.queue}/{v.join}" for v in watched.remained(f.QueueVisit)}
    assert watched.shown_visits <= ended | open_visits
    assert not ended & open_visits
    for visit in watched.remained(f.QueueVisit):
        assert visit.joined_at <= visit.ended_at
        assert visit.wait_seconds >= 0
        assert (visit.outcome is f.VisitOutcome.ANSWERED) == bool(visit.interface)


def all_closed(watched: Watched, stream: list[AnyEvent]) -> Site:
    """The site after everything that the stream named has hung up, and every wrap-up has had its time."""
    now = watched.floor.sites[PBX].now + 100
    closing = (e.ChannelClosed(PBX, now, ChannelId(named), CallId(""), 16) for named in channels_named(stream))
    watched.run([*closing, e.Ticked(PBX, now + TICK), e.Ticked(PBX, now + LONGEST_WRAP_UP + EXTENSION_SECONDS + TICK)])
    return watched.floor.sites[PBX]


def check_nothing_remains(site: Site) -> None:
    kinds = (
        "channels",
        "calls",
        "bridges",
        "visits",
        "stays",
        "rings",
        "attempts",
        "recordings",
        "surveys",
        "wrapping_up",
    )
    assert {kind: getattr(site, kind) for kind in kinds if getattr(site, kind)} == {}
    assert all(not queue.waiting for queue in site.queues.values())
    assert all(not seat.channels and seat.unfinished is None for seat in site.seats.values())


@thorough
@given(days)
def test_a_day_told_once_and_in_order(day: Diary) -> None:
    watched = Watched().run(day.events)
    assert watched.surprises == 0
    refused = f.VisitOutcome.REFUSED_FULL
    visits = [visit for visit in watched.remained(f.QueueVisit) if visit.outcome is not refused]
    assert len(visits) == joins(day.events)
    assert all(visit.is_certain and visit.outcome is not f.VisitOutcome.LOST for visit in visits)
    assert len(watched.remained(f.Ring)) == sum(isinstance(event, e.MemberRung) for event in day.events)
    surveys = [(fact.channel_id, fact.score) for fact in watched.remained(f.CallerSurvey)]
    assert sorted(surveys) == sorted(asked(day.events))
    for check in (check_spells, check_conversations, check_recordings, check_visits):
        check(watched)
    check_nothing_remains(watched.floor.sites[PBX])


@thorough
@given(days)
def test_a_replay_gives_identical_facts(day: Diary) -> None:
    assert list(Watched().run(day.events).facts.values()) == day.facts


@thorough
@given(days, repetitions)
def test_nothing_counts_twice_when_events_repeat(day: Diary, how: Any) -> None:
    stream = disturbed(day.events, how)
    watched = Watched().run(stream)
    assert outcomes(list(watched.facts.values())) == outcomes(day.facts)
    assert scores(watched.facts.values()) == scores(day.facts)
    check_spells(watched)
    check_conversations(watched)


@thorough
@given(days, disturbances)
@example(a_day(0, [0, 0, 3]), Disturbance([0.9375, 0.90625, 0.96875], [], [], []))  # nobody tells that a talk ends
def test_whatever_happens_to_the_stream(day: Diary, how: Any) -> None:
    stream = disturbed(day.events, how)
    watched = Watched().run(stream)
    for check in (check_spells, check_conversations, check_recordings, check_visits):
        check(watched)
    check_nothing_remains(all_closed(watched, stream))
    for check in (check_spells, check_conversations, check_recordings, check_visits):
        check(watched)


@thorough
@given(days, disturbances)
def test_a_survey_mends_what_was_not_seen(day: Diary, how: Any) -> None:
    """However much was lost: after a survey of an idle PBX nothing is open, and the seats are as Asterisk says."""
    watched = Watched().run(disturbed(day.events, how))
    now = watched.floor.sites[PBX].now + 100
    watched.run([e.Surveyed(PBX, now, ("support",), (), (), (), ()), e.Ticked(PBX, now + 60)])
    check_nothing_remains(watched.floor.sites[PBX])
    assert {seat.state for seat in watched.floor.sites[PBX].seats.values()} <= {f.SeatState.SIGNED_OUT}
    check_spells(watched)


def talking(site: Site) -> set[str]:
    """The channels that talk in a bridge; between AgentConnect and the bridge nothing tells a survey of the talk."""
    return {
        channel.channel_id
        for channel in site.channels.values()
        if channel.talk and len(site.bridges.get(channel.bridge_id, ())) > 1
    }


@thorough
@given(days, st.floats(0, 1), st.floats(0, 1))
def test_a_survey_after_a_gap_finds_the_floor_as_it_is(day: Diary, first: float, second: float) -> None:
    """One floor sees everything; the other sees nothing between two moments, then a survey, then the rest."""
    start, end = sorted(int(share * len(day.events)) for share in (first, second))
    seen, mended = Watched().run(day.events[:end]), Watched().run(day.events[:start])
    assume(start > 0)
    truth = seen.floor.sites[PBX]
    mended.run([true_survey(seen.floor, truth.now)])
    site = mended.floor.sites[PBX]
    assert site.channels.keys() == truth.channels.keys()
    assert {queue.name: queue.waiting.keys() for queue in site.queues.values() if queue.waiting} == {
        queue.name: queue.waiting.keys() for queue in truth.queues.values() if queue.waiting
    }
    assert {name: seat.members for name, seat in site.seats.items()} == {
        name: seat.members for name, seat in truth.seats.items()
    }
    assert talking(truth) <= talking(site), "who has just stopped talking may still be found in a bridge"
    mended.run([*day.events[end:], e.Ticked(PBX, day.now + 60)])
    check_nothing_remains(site)
    for check in (check_spells, check_conversations, check_recordings, check_visits):
        check(mended)
