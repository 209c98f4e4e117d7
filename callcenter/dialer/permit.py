"""May this number be called at this moment, and why not; and when next. Pure.

The dialer asks it of every target in the transaction that commits the attempt; the tester in the panel and on the
command line asks the same.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from callcenter.dialer.calendar import Almanac, day_start, zones_of
from callcenter.floor.terms import Instant


class Refusal(StrEnum):
    """Why a number is not called, besides the calendar's reasons (`Closed`); the panel translates it.

    `withdrawn`: a customer who has the number took back consent to be called.
    """

    DO_NOT_CALL = "do_not_call"
    WITHDRAWN = "withdrawn"
    BEING_CALLED = "being_called"
    DAILY_LIMIT = "daily_limit"
    NUMBER_LIMIT = "number_limit"


class Refused(Struct, frozen=True):
    """One reason; it holds until an instant, or (None) until something else changes."""

    reason: str
    until: Instant | None


class NumberLimit(Struct, frozen=True):
    """At most so many attempts at one number, whatever lists it is on, on so many days of the customer (1: today)."""

    attempts: int
    days: int


class Ban(Struct, frozen=True):
    """An entry of the do-not-call list that a number falls under; `until` None: for good."""

    until: Instant | None = None


class Forbidden(Struct, frozen=True):
    """Who wants a number not to be called: an entry of the do-not-call list, a customer who withdrew consent."""

    ban: Ban | None = None
    is_withdrawn: bool = False


class Dialled(Struct, frozen=True):
    """When a number and when its target were dialled lately, in order; whether a call to the number is in the air."""

    number: Sequence[Instant] = ()
    target: Sequence[Instant] = ()
    is_in_air: bool = False


class Limits(Struct, frozen=True):
    """How often: the centre's limits on a number, the list's limit on a target in a day of the customer."""

    of_number: tuple[NumberLimit, ...] = ()
    of_target_a_day: int | None = None

    @property
    def days(self) -> int:
        """How many days back dials must be known."""
        return max((1, *(limit.days for limit in self.of_number)))


class Permit(Struct, frozen=True):
    """The answer: every reason against it (none: yes), and when it may be called by what is known now (None: never)."""

    refused: tuple[Refused, ...]
    next_at: Instant | None

    @property
    def is_given(self) -> bool:
        """Whether the number may be called."""
        return not self.refused


class Rulebook:
    """What is asked for a list: its days and hours, and how often. Times are those of the walls of the centre's zone
    where a customer's is not known."""

    def __init__(self, almanac: Almanac, limits: Limits) -> None:
        self.almanac, self.limits = almanac, limits

    def may_call(self, zones: str, at: Instant, dialled: Dialled, forbidden: Forbidden) -> Permit:
        """The answer for a number whose customer is in `zones` (`calendar.zones_of`)."""
        refused = tuple(self._refusals(zones, at, dialled, forbidden))
        if not refused:
            return Permit((), at)
        ends = [one.until for one in refused]
        known = [end for end in ends if end is not None]
        next_at = self.almanac.next_opening(zones, max(known)) if len(known) == len(ends) else None
        return Permit(refused, next_at)

    def _refusals(self, zones: str, at: Instant, dialled: Dialled, forbidden: Forbidden) -> list[Refused]:
        refused, ban = [], forbidden.ban
        if ban is not None and (ban.until is None or ban.until > at):
            refused.append(Refused(Refusal.DO_NOT_CALL, ban.until))
        if forbidden.is_withdrawn:
            refused.append(Refused(Refusal.WITHDRAWN, None))
        if dialled.is_in_air:
            refused.append(Refused(Refusal.BEING_CALLED, None))
        refused += self._over_limits(zones, at, dialled)
        closed = self.almanac.why_closed(zones, at)
        if closed is not None:
            refused.append(Refused(closed, self.almanac.next_opening(zones, at)))
        return refused

    def _over_limits(self, zones: str, at: Instant, dialled: Dialled) -> list[Refused]:
        limits = [(Refusal.NUMBER_LIMIT, limit, dialled.number) for limit in self.limits.of_number]
        if self.limits.of_target_a_day is not None:
            limits.append((Refusal.DAILY_LIMIT, NumberLimit(self.limits.of_target_a_day, 1), dialled.target))
        over = []
        for reason, limit, dials in limits:
            until = self._free_again(zones, at, limit, dials)
            if until is not None:
                over.append(Refused(reason, until))
        return over

    def _free_again(self, zones: str, at: Instant, limit: NumberLimit, dials: Sequence[Instant]) -> Instant | None:
        """When enough dials lie behind so that one more is allowed; None if it is now.

        Where the customer may be in several zones, the day that begins first counts until the one that ends last has.
        """
        if len(dials) < limit.attempts:
            return None
        walls = zones_of(zones, self.almanac.centre)
        since = min(day_start(zone, at, 1 - limit.days) for zone in walls)
        recent = sorted(dial for dial in dials if dial >= since)
        if len(recent) < limit.attempts:
            return None
        leaving = recent[len(recent) - limit.attempts]
        return max(day_start(zone, leaving, limit.days) for zone in walls)
