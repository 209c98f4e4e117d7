"""What an agent did, in order, from the facts of the seat: spells, rings and conversations. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from callcenter.floor.facts import Conversation, Ring, SeatSpell, SeatState
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.patterns import Action, Kind

GAP_SECONDS: Seconds = 1.0
"""Spells tile a seat's time: what is further apart than this has a time signed out between."""

KINDS: Mapping[SeatState, Kind] = {
    SeatState.READY: Kind.READY,
    SeatState.PAUSED: Kind.PAUSE,
    SeatState.UNREACHABLE: Kind.UNREACHABLE,
}
"""Spells that are actions of their own; those of calls are told better by rings and conversations."""

AT_WORK = frozenset({SeatState.READY, SeatState.WRAP_UP, SeatState.UNREACHABLE})
"""States of a seat that is signed in. A phone may talk without being signed in, and of imported time
(docs/decisions/0009) nothing but pauses is known: neither is a sign-in."""


class Numbered(NamedTuple):
    """A spell and the number of its row; `is_under_way` while it has none."""

    row: int
    spell: SeatSpell
    is_under_way: bool = False


def timeline(
    spells: Iterable[Numbered],
    rings: Iterable[tuple[int, Ring]],
    talks: Iterable[tuple[int, Conversation]],
    callbacks: Collection[tuple[str, str]],
) -> list[Action]:
    """The actions of one agent. `callbacks` are the calls (pbx, call id) that the dialer made."""
    actions = [
        *_of_spells(spells),
        *(_ring(row, ring, callbacks) for row, ring in rings),
        *(action for row, talk in talks for action in _talk(row, talk, callbacks)),
    ]
    return sorted(actions, key=lambda action: (action.since, ORDER.index(action.kind)))


ORDER = [Kind.SIGNED_OUT, Kind.SIGNED_IN, Kind.RING, Kind.TALK, Kind.WRAP_UP, Kind.PAUSE, Kind.UNREACHABLE, Kind.READY]
"""Of actions that begin at the same instant."""


def cut(actions: Iterable[Action], since: Instant, until: Instant) -> list[Action]:
    """Those that touch a span; their own bounds stay."""
    return [
        action
        for action in actions
        if action.since < until and (action.until is None or action.until > since or action.since >= since)
    ]


def _of_spells(spells: Iterable[Numbered]) -> Iterator[Action]:
    seats: dict[tuple[str, str], list[Numbered]] = {}
    for numbered in sorted(spells, key=lambda each: each.spell.since):
        seats.setdefault((numbered.spell.pbx, numbered.spell.interface), []).append(numbered)
    for of_seat in seats.values():
        for stay in _stays(of_seat):
            yield from _stay(stay)


def _stays(spells: Sequence[Numbered]) -> list[list[Numbered]]:
    """Cut where the seat was signed out."""
    stays = [[spells[0]]]
    for before, after in pairwise(spells):
        if after.spell.since - before.spell.until > GAP_SECONDS:
            stays.append([])
        stays[-1].append(after)
    return stays


def _stay(stay: Sequence[Numbered]) -> Iterator[Action]:
    first, last = stay[0], stay[-1]
    is_presence = any(each.spell.state in AT_WORK for each in stay)
    if is_presence:
        yield _edge(Kind.SIGNED_IN, first, first.spell.since)
    paused: SeatSpell | None = None
    for numbered in stay:
        spell = numbered.spell
        if spell.state in KINDS:
            goes_on = paused is not None and spell.state is SeatState.PAUSED and spell.reason == paused.reason
            yield _spell(numbered, goes_on=goes_on)
        if spell.state is SeatState.PAUSED:
            paused = spell
        elif spell.state in AT_WORK:
            paused = None
    if is_presence and not last.is_under_way:
        yield _edge(Kind.SIGNED_OUT, last, last.spell.until)


def _edge(kind: Kind, numbered: Numbered, at: Instant) -> Action:
    spell = numbered.spell
    return Action(
        id=f"{kind}-{spell.pbx}/{spell.interface}-{at:.3f}",
        kind=kind,
        pbx=spell.pbx,
        interface=spell.interface,
        since=at,
        until=at,
        seconds=0.0,
        is_certain=spell.is_certain,
    )


def _spell(numbered: Numbered, *, goes_on: bool) -> Action:
    spell = numbered.spell
    return Action(
        id=f"spell-{numbered.row}" if not numbered.is_under_way else f"now-{spell.pbx}/{spell.interface}",
        kind=KINDS[spell.state],
        pbx=spell.pbx,
        interface=spell.interface,
        since=spell.since,
        until=None if numbered.is_under_way else spell.until,
        seconds=spell.until - spell.since,
        reason=spell.reason,
        goes_on=goes_on,
        is_certain=spell.is_certain,
    )


def _ring(row: int, ring: Ring, callbacks: Collection[tuple[str, str]]) -> Action:
    return Action(
        id=f"ring-{row}",
        kind=Kind.RING,
        pbx=ring.pbx,
        interface=ring.interface,
        since=ring.began_at,
        until=ring.ended_at,
        seconds=ring.ring_seconds,
        outcome=ring.outcome,
        queue=ring.queue,
        call_id=ring.call_id,
        is_callback=(ring.pbx, ring.call_id) in callbacks,
        is_certain=ring.is_certain,
    )


def _talk(row: int, talk: Conversation, callbacks: Collection[tuple[str, str]]) -> Iterator[Action]:
    of_call = Action(
        id=f"talk-{row}",
        kind=Kind.TALK,
        pbx=talk.pbx,
        interface=talk.interface,
        since=talk.began_at,
        until=talk.ended_at,
        seconds=talk.ended_at - talk.began_at,
        outcome=talk.ended_by,
        queue=talk.queue,
        number=talk.number,
        call_id=talk.call_id,
        hold_seconds=talk.hold_seconds,
        is_callback=(talk.pbx, talk.call_id) in callbacks,
        is_certain=talk.is_certain,
    )
    yield of_call
    if talk.wrap_up_seconds > 0:
        yield replace(
            of_call,
            id=f"wrap-up-{row}",
            kind=Kind.WRAP_UP,
            since=talk.ended_at,
            until=talk.completed_at,
            seconds=talk.wrap_up_seconds,
            outcome="",
            hold_seconds=0.0,
        )
