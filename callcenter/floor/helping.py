"""An agent asks for help, and somebody comes: until it is over.

That is when either of them says so, or the agent is neither in a queue nor in a call any more.
"""

from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site


def asked(site: Site, event: e.HelpAsked, changes: Changes) -> None:
    """The mark is raised; who is neither in a queue nor in a call raises none, and it counts from the first time on."""
    seat = site.seats.get(event.interface.lower())
    if seat is not None and _is_there(seat) and seat.help_since is None:
        seat.help_since = site.now
        changes.touched.add(seat.key)


def taken(site: Site, event: e.HelpTaken, changes: Changes) -> None:
    """Somebody is on the way: the first who says so."""
    seat = site.seats.get(event.interface.lower())
    if seat is not None and seat.help_since is not None and not seat.help_by:
        seat.help_by = event.by
        changes.touched.add(seat.key)


def ended(site: Site, event: e.HelpEnded, changes: Changes) -> None:
    """It is over."""
    seat = site.seats.get(event.interface.lower())
    if seat is not None:
        end(seat, changes)


def end(seat: Seat, changes: Changes) -> None:
    """Takes the mark away."""
    seat.help_since, seat.help_by = None, ""
    changes.touched.add(seat.key)


def let_go(seat: Seat, changes: Changes) -> None:
    """Takes the mark away from whoever is neither in a queue nor in a call any more."""
    if seat.help_since is not None and not _is_there(seat):
        end(seat, changes)


def _is_there(seat: Seat) -> bool:
    return bool(seat.members or seat.channels)
