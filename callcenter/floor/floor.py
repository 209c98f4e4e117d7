"""The floor: all seats, queues and calls of all PBXs. One event goes in, what it changed comes out."""

import math
from collections.abc import Callable
from typing import Any

from callcenter.floor import (
    caller_surveys,
    channels,
    consulting,
    desks,
    events,
    gap,
    helping,
    listening,
    members,
    recordings,
    rings,
    settling,
    takeover,
    talks,
    visits,
)
from callcenter.floor.changes import Changes, Entities, Key, View
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from callcenter.floor.facts import SeatSpell
from callcenter.floor.gauges import gauges
from callcenter.floor.seat import Seat, spell_until
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId, Instant, PbxName

Step = Callable[[Site, Any, Changes], None]


def _link_changed(site: Site, event: LinkChanged, changes: Changes) -> None:
    site.link, site.link_since, site.link_detail = event.state, event.at, event.detail
    changes.touched.add(site.key)


def _hold(site: Site, event: events.HoldBegun, changes: Changes) -> None:
    talks.hold(site, event.channel_id, changes, by_code=event.by_code)


def _resume(site: Site, event: events.HoldEnded, changes: Changes) -> None:
    talks.resume(site, event.channel_id, changes)


def _nothing(site: Site, event: AnyEvent, changes: Changes) -> None:
    """Nothing beyond the passing of time, which is dealt with before each event."""


STEPS: dict[type[AnyEvent], Step] = {
    events.LinkChanged: _link_changed,
    events.ConnectionBegan: settling.connection_began,
    events.GapSettled: settling.settled,
    events.PbxStarted: takeover.started,
    events.PbxStopped: _nothing,
    events.Surveyed: takeover.surveyed,
    events.ChannelOpened: channels.opened,
    events.ChannelUp: channels.up,
    events.ChannelRinging: channels.ringing,
    events.HangupRequested: channels.hangup_requested,
    events.ChannelClosed: channels.closed,
    events.DialBegun: channels.dial_begun,
    events.DialEnded: channels.dial_ended,
    events.BridgeEntered: channels.bridge_entered,
    events.BridgeLeft: channels.bridge_left,
    events.HoldBegun: _hold,
    events.HoldEnded: _resume,
    events.LocalJoined: channels.local_joined,
    events.LocalOptimised: talks.optimised,
    events.BlindTransferred: channels.blind_transferred,
    events.AttendedTransferred: channels.attended_transferred,
    events.RecordingBegun: recordings.begun,
    events.RecordingPaused: recordings.paused,
    events.RecordingResumed: recordings.resumed,
    events.ListeningBegan: listening.began,
    events.ListeningEnded: listening.ended,
    events.CallerJoined: visits.joined,
    events.CallerLeft: visits.left,
    events.CallerGone: visits.gone,
    events.QueueResult: visits.queue_result,
    events.MemberRung: rings.rung,
    events.RingNotAnswered: rings.not_answered,
    events.MemberConnected: visits.connected,
    events.MemberCompleted: visits.completed,
    events.MemberDumped: rings.dumped,
    events.MemberAdded: members.described,
    events.MemberChanged: members.described,
    events.MemberRemoved: members.removed,
    events.DeviceChanged: members.device_changed,
    events.WrapUpEnded: members.wrap_up_ended,
    events.HelpAsked: helping.asked,
    events.HelpTaken: helping.taken,
    events.HelpEnded: helping.ended,
    events.OriginateEnded: channels.originate_ended,
    events.MachineAnswered: channels.machine_answered,
    events.PersonAnswered: channels.person_answered,
    events.CallbackRequested: visits.callback_requested,
    events.CallerSurveyOffered: caller_surveys.offered,
    events.CallerSurveyAnswered: caller_surveys.answered,
    events.RecordingPauseAsked: _nothing,
    events.LineMeasured: _nothing,
    events.RecordingResumeAsked: _nothing,
    events.DirectoryChanged: members.directory_changed,
    events.Ticked: _nothing,
}
"""What each event does. A table and not a `match`: it is looked up once an event; a test demands a row for each."""

_WALL_TIMED = (events.LinkChanged, events.DirectoryChanged)
"""Events of our own clock; the floor goes by the clock of the PBX."""

OURS = frozenset(
    {events.LinkChanged, events.DirectoryChanged, events.Ticked, events.ConnectionBegan, events.GapSettled}
)
"""Events that the PBX did not tell: their instants say nothing of its clock."""

GAUGES: Key = ("gauges", "*")


class Floor:
    """What is true on the floor. `apply` is the only way in; nothing else changes it."""

    def __init__(self) -> None:
        self.sites: dict[PbxName, Site] = {}

    @property
    def surprises(self) -> int:
        """How many times something else came than expected."""
        return sum(site.surprises for site in self.sites.values())

    def apply(self, event: AnyEvent) -> Changes:
        """Applies one event and says what it changed.

        What fell due before it (the end of a wrap-up) is applied first, at the instant when it fell due. Time does
        not run backwards: an event that comes late happens now.
        """
        changes = Changes()
        site = self.sites.get(event.pbx) or self._open(event.pbx)
        if event.at >= site.now and not isinstance(event, _WALL_TIMED):
            if event.at >= site.due_at:
                _fall_due(site, event.at, changes)
            site.now = event.at
        kind = type(event)
        if event.at > site.heard_at and kind not in OURS:
            site.heard_at = event.at
        STEPS[kind](site, event, changes)
        if site.desks:
            desks.get_up(site, changes)
        if changes.facts:
            gap.pass_on(site, event, changes)
        if site.made:
            changes.touched |= site.made
            site.made = set()
        site.surprises += len(changes.surprises)
        return changes

    def _open(self, pbx: PbxName) -> Site:
        site = self.sites[pbx] = Site(pbx)
        return site

    def view(self, key: Key) -> View | None:
        """The fields of one entity as the feed shows them; None when it is not (or no longer) there."""
        if key == GAUGES:
            return gauges(self.sites.values(), self.surprises)
        kind, identity = key
        pbx, _, rest = identity.partition("/")
        site = self.sites.get(pbx)
        return VIEWS[kind](site, rest) if site is not None else None

    def snapshot(self) -> Entities:
        """All entities, by kind and id."""
        entities: Entities = {kind: {} for kind in VIEWS}
        for site in self.sites.values():
            entities["links"][site.pbx] = site.view()
            entities["seats"].update((seat.key[1], shown_seat(site, seat)) for seat in site.seats.values())
            entities["listenings"].update((one.key[1], one.view()) for one in site.listenings.values())
            for queue in site.queues.values():
                entities["queues"][queue.key[1]] = queue.view()
                entities["visits"].update((visit.key[1], visit.view()) for visit in queue.waiting.values())
        entities["gauges"] = {"*": gauges(self.sites.values(), self.surprises)}
        return entities

    def seat_at(self, key: Key) -> Seat | None:
        """The seat that a key of the live feed names; None where there is none, or it names something else."""
        kind, name = key
        pbx, _, interface = name.partition("/")
        site = self.sites.get(PbxName(pbx)) if kind == "seats" else None
        return site.seats.get(interface.lower()) if site else None

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        """How many seats of a queue could be rung now."""
        site = self.sites.get(pbx)
        line = site.queues.get(queue) if site else None
        return sum(seat.is_free for seat in line.seats.values()) if line else 0

    def next_due_at(self) -> Instant | None:
        """When the next wrap-up ends by itself."""
        return min(
            (at for site in self.sites.values() for seat in site.wrapping_up if (at := seat.wrap_up_ends_at)),
            default=None,
        )


def _fall_due(site: Site, until: Instant, changes: Changes) -> None:
    due = [(at, seat) for seat in site.wrapping_up if ((at := seat.wrap_up_ends_at) or 0.0) <= until]
    for at, seat in sorted(due, key=lambda pair: (pair[0] or 0.0, pair[1].interface)):
        site.now = max(site.now, at or site.now)
        members.end_wrap_up(site, seat, changes)
    site.due_at = min((seat.wrap_up_ends_at or 0.0 for seat in site.wrapping_up), default=math.inf)


def _view_link(site: Site, rest: str) -> View | None:
    return site.view()


def _view_seat(site: Site, interface: str) -> View | None:
    seat = site.seats.get(interface.lower())
    return shown_seat(site, seat) if seat else None


def shown_seat(site: Site, seat: Seat) -> View:
    """A seat as the feed shows it, with what its calls tell."""
    return seat.view() | recordings.shown_at(site, seat) | consulting.shown_at(site, seat)


def _view_queue(site: Site, name: str) -> View | None:
    queue = site.queues.get(name)
    return queue.view() if queue else None


def _view_visit(site: Site, rest: str) -> View | None:
    channel_id, _, where = rest.partition("/")
    queue = site.queues.get(where.rpartition("/")[0])
    visit = queue.waiting.get(ChannelId(channel_id)) if queue else None
    return visit.view() if visit and visit.key[1] == f"{site.pbx}/{rest}" else None


def _view_listening(site: Site, rest: str) -> View | None:
    listening = site.listenings.get(ChannelId(rest))
    return listening.view() if listening else None


VIEWS: dict[str, Callable[[Site, str], View | None]] = {
    "links": _view_link,
    "seats": _view_seat,
    "queues": _view_queue,
    "visits": _view_visit,
    "listenings": _view_listening,
}
"""How each kind of entity is shown."""


def spells_under_way(floor: Floor, now: Instant) -> list[SeatSpell]:
    """What every seat has done since it came into its state, as far as the facts do not have it yet."""
    seats = (seat for site in floor.sites.values() if site.link is LinkState.LIVE for seat in site.seats.values())
    return [spell for seat in seats if (spell := spell_until(seat, now)) is not None]
