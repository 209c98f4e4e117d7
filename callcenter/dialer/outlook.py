"""What a list may do right now: its days and hours, its limits, and for how many calls there is room."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from callcenter.dialer.air import Air
from callcenter.dialer.calendar import Almanac, Closed, calendar_of
from callcenter.dialer.pacing import Bucket, Experience, Seating, lines
from callcenter.dialer.permit import Limits, NumberLimit, Rulebook
from callcenter.dialer.reserving import Room
from callcenter.dialer.rules import AirState, ListState, Mode, Moment
from callcenter.dialer.seats import Seats
from callcenter.dialer.service import Summary
from callcenter.dialer.tables import CallbackList
from callcenter.dialer.trunks import Trunk, trunk_names, trunk_of
from callcenter.dialer.windows import Span, minute_of
from callcenter.errors import Conflict
from callcenter.floor.terms import Instant, PbxName
from callcenter.settings import DialerSettings


def rulebook_of(row: CallbackList, settings: DialerSettings, centre: ZoneInfo) -> Rulebook:
    """A list's days, hours and limits, within those of the settings."""
    legal = Span(minute_of(settings.earliest), minute_of(settings.latest))
    of_number = tuple(NumberLimit(limit.attempts, limit.days) for limit in settings.number_limits)
    return Rulebook(
        Almanac(calendar_of(row.windows, row.calendar), legal, centre), Limits(of_number, row.max_attempts_per_day)
    )


class Outlook:
    """Looks at lists for a dialer; remembers their calendars and what their calls were like."""

    def __init__(
        self, settings: DialerSettings, centre: ZoneInfo, seats: Seats, air: Air, clock: Callable[[], Instant]
    ) -> None:
        self._settings, self._centre, self._seats, self._air, self._clock = settings, centre, seats, air, clock
        self._rulebooks: dict[int, tuple[object, Rulebook]] = {}
        self._experiences: dict[tuple[PbxName, str], Experience] = {}
        self._buckets: dict[tuple[PbxName, str], Bucket] = {}

    def forget(self, list_id: int) -> None:
        """The list has gone."""
        self._rulebooks.pop(list_id, None)

    # --- when ---------------------------------------------------------------------------------------------------

    def rulebook(self, row: CallbackList) -> Rulebook:
        """The list's rulebook, as long as the list is not changed the same one."""
        state = (row.windows, row.calendar, row.max_attempts_per_day)
        known = self._rulebooks.get(row.id)
        if known is None or known[0] != state:
            known = self._rulebooks[row.id] = (state, rulebook_of(row, self._settings, self._centre))
        return known[1]

    def open_zones(self, summary: Summary) -> list[str]:
        """The time zones of the list's open targets where they may be called now."""
        almanac, now = self.rulebook(summary.row).almanac, self._clock()
        return [zones for zones in summary.zones if almanac.why_closed(zones, now) is None]

    def closed(self, summary: Summary) -> Closed | None:
        """Why nobody on the list may be called at this time; None if somebody may. Those due are asked first."""
        almanac, now = self.rulebook(summary.row).almanac, self._clock()
        due = [zones for zones, count in summary.zones.items() if count] or list(summary.zones) or [""]
        reasons = [almanac.why_closed(zones, now) for zones in due]
        return None if None in reasons else reasons[0]

    def opens_at(self, summary: Summary) -> Instant | None:
        """When somebody on the list may be called next; None if somebody may now, or nobody ever."""
        almanac, now = self.rulebook(summary.row).almanac, self._clock()
        openings = [almanac.next_opening(zones, now) for zones in summary.zones or [""]]
        known = [at for at in openings if at is not None]
        return None if now in known else min(known, default=None)

    def next_look(self, summary: Summary, due: Mapping[str, Instant], now: Instant) -> Instant | None:
        """When a list must be looked at again by itself: a window opens or closes, or a target falls due in one.

        `due` is when the next target of each zone falls due that was not due `now`, when the list was read.
        """
        if summary.row.state != ListState.RUNNING:
            return None
        almanac = self.rulebook(summary.row).almanac
        looks = [almanac.next_change(zones, now) for zones, count in summary.zones.items() if count]
        looks += [almanac.next_opening(zones, at) for zones, at in due.items()]
        return min((at for at in looks if at is not None and at > now), default=None)

    # --- how many -----------------------------------------------------------------------------------------------

    def experience(self, pbx: PbxName, queue: str) -> Experience:
        """What the calls of a queue were like, whatever their lists: they share its seats, and its abandoned calls."""
        if (pbx, queue) not in self._experiences:
            self._experiences[pbx, queue] = Experience(self._settings.abandon_window_seconds)
        return self._experiences[pbx, queue]

    def most_unseated(self, row: CallbackList) -> int:
        """How many calls of the list's queue may be in the air without a seat."""
        free = max(0, self._seats.free_seats(row.pbx, row.queue) - row.reserved_seats)
        if row.mode != Mode.PREDICTIVE:
            return free
        now, waiting = self._clock(), self._air.waiting(row.pbx, row.queue)
        experience = self.experience(row.pbx, row.queue)
        busy = experience.freed(self._seats.busy_seconds(row.pbx, row.queue))
        forecast = experience.forecast(self._air.ringing(row.pbx, row.queue, now))
        seating = Seating(free - waiting, busy)
        allowed = lines(seating, forecast, experience.record(now), row.abandon_target)
        return waiting + allowed

    def is_trunk_known(self, row: CallbackList) -> bool:
        """Whether the settings name the list's trunk: they may have changed since it was chosen."""
        return row.trunk in trunk_names(self._settings)

    def trunk(self, row: CallbackList) -> Trunk:
        """How the list's calls leave. Raises Conflict if the settings do not name its trunk."""
        trunk = trunk_of(self._settings, row.trunk)
        if trunk is None:
            raise Conflict(f"The settings name no trunk {row.trunk!r}; choose another one for the list", field="trunk")
        return trunk

    def is_trunk_full(self, row: CallbackList) -> bool:
        """Whether the list's trunk has as many calls of ours as it may have."""
        return 0 < self.trunk(row).max_calls <= self._air.count(row.pbx, row.trunk)

    def bucket(self, row: CallbackList) -> Bucket:
        """What lets only so many calls a second out by the list's trunk."""
        way = (row.pbx, row.trunk)
        if way not in self._buckets:
            self._buckets[way] = Bucket(self.trunk(row).calls_per_second)
        return self._buckets[way]

    def buckets_full(self, now: Instant) -> list[Instant]:
        """When calls that had to wait for their second may be placed."""
        return [at for at in (bucket.full_at(now) for bucket in self._buckets.values()) if at > now]

    def room(self, summary: Summary, token: int) -> Room:
        """For how many calls there is room."""
        row = summary.row
        seated = {key for key, state in self._seats.in_air(row.pbx).items() if state is AirState.SEATED}
        return Room(
            token=token,
            most_unseated=self.most_unseated(row),
            seatless=seated | self._air.gone(row.pbx, self._clock()),
            trunk=row.trunk,
            max_calls=self.trunk(row).max_calls,
            zones=self.open_zones(summary),
        )

    def moment(self, summary: Summary, *, is_leader: bool, is_emergency: bool, is_up: bool, is_resting: bool) -> Moment:
        """What matters for `why_idle`; `is_up`: calls have not just failed to leave."""
        row, is_known = summary.row, self.is_trunk_known(summary.row)
        return Moment(
            mode=Mode(row.mode),
            is_emergency=is_emergency,
            is_leader=is_leader,
            closed=self.closed(summary),
            is_live=self._seats.is_live(row.pbx) and is_up,
            is_trunk_known=is_known,
            is_resting=is_resting,
            due=summary.due,
            offered=summary.offered,
            in_air=summary.in_air,
            free_seats=self._seats.free_seats(row.pbx, row.queue),
            reserved_seats=row.reserved_seats,
            is_trunk_full=is_known and self.is_trunk_full(row),
        )
