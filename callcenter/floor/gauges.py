"""Figures of this moment: true now, kept nowhere."""

from collections.abc import Iterable

from callcenter.floor.facts import SeatState
from callcenter.floor.site import Site


def gauges(sites: Iterable[Site], surprises: int) -> dict[str, object]:
    """Waiting callers, since when the longest has waited, and seats by state, over all PBXs (docs/api.md, `gauges`)."""
    waiting, oldest, seats = 0, None, dict.fromkeys(map(str, SeatState), 0)
    for site in sites:
        for queue in site.queues.values():
            if not queue.waiting:
                continue
            waiting += len(queue.waiting)
            joined_at = queue.oldest_joined_at()
            if joined_at is not None and (oldest is None or joined_at < oldest):
                oldest = joined_at
        for state, number in site.census.states.items():
            seats[state] += number
    return {"waiting": waiting, "oldest_joined_at": oldest, "seats": seats, "surprises": surprises}
