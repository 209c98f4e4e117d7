"""A supervisor listens to a seat's call on a phone of their own: what is asked of Asterisk, or why not, purely."""

from callcenter.accounts.rules import Permission
from callcenter.agents.rules import Wish, talking_leg
from callcenter.errors import Conflict
from callcenter.floor import commands as c
from callcenter.floor.events import DeviceState, ListeningMode
from callcenter.floor.listening import listener_id
from callcenter.floor.seat import UNREACHABLE_DEVICES, Listening, Seat
from callcenter.floor.site import Site

LISTEN: Permission = "listen_in"

_FREE = frozenset({DeviceState.NOT_IN_USE, DeviceState.UNKNOWN})


def phone_of(site: Site, agent_number: str | None) -> Seat:
    """The phone on which somebody listens: that of the agent who they are. Raises Conflict for who has none."""
    if agent_number is None:
        raise Conflict("you have no phone to listen on; whoever manages the users gives you an agent's number")
    own = [seat for seat in site.seats.values() if seat.agent_number == agent_number]
    found = max(own, key=_is_used, default=None)
    if found is None:
        raise Conflict(f"the settings give agent {agent_number}, who you are, no phone at {site.pbx}")
    return found


def _is_used(phone: Seat) -> tuple[bool, bool, bool]:
    """Of two phones the one that is in a call, else where the agent signed in, else one that can be rung."""
    return bool(phone.channels), bool(phone.members), phone.device not in UNREACHABLE_DEVICES


def start(site: Site, seat: Seat, phone: Seat, call_id: str, mode: ListeningMode, token: str) -> Wish:
    """The phone is called and hears the seat's part in this call; `token` is used once.

    Raises Conflict when the seat is not talking in this call (any more), or the phone cannot be called now.
    """
    channel, _ = talking_leg(seat, call_id)
    _check_phone(site, seat, phone)
    command = c.Listen(
        seat.pbx,
        listener_id=listener_id(token, channel.channel_id),
        interface=phone.interface,
        channel_id=channel.channel_id,
        mode=mode,
    )
    return Wish((command,), lambda: _is_heard(site, seat, phone, mode))


def switch(site: Site, seat: Seat, phone: Seat, mode: ListeningMode) -> Wish:
    """Goes on in another mode. Raises Conflict unless this phone listens to the seat."""
    listening = _listening(site, seat, phone)
    if listening.mode is mode:
        return Wish((), lambda: True)
    command = c.SwitchListening(seat.pbx, listener_id=listening.listener_id, mode=mode)
    return Wish((command,), lambda: _is_heard(site, seat, phone, mode))


def stop(site: Site, seat: Seat, phone: Seat) -> Wish:
    """Listens no longer; the call goes on. Raises Conflict unless this phone listens to the seat."""
    listener = _listening(site, seat, phone).listener_id
    return Wish((c.HangUp(seat.pbx, channel_id=listener),), lambda: listener not in site.listenings)


def _check_phone(site: Site, seat: Seat, phone: Seat) -> None:
    if phone is seat:
        raise Conflict("this is your own phone: it cannot listen to itself")
    heard = next((one for one in site.listenings.values() if one.listener == phone.interface), None)
    if heard is not None:
        raise Conflict(f"you listen to {heard.seat.agent_name or heard.seat.interface} already; stop that first")
    if phone.device in UNREACHABLE_DEVICES:
        raise Conflict(f"your phone {phone.interface} is not registered")
    if phone.device not in _FREE:
        raise Conflict(f"your phone {phone.interface} is in use; hang up first")


def _listening(site: Site, seat: Seat, phone: Seat) -> Listening:
    for listening in site.listenings.values():
        if listening.seat is seat and listening.listener == phone.interface:
            return listening
    raise Conflict("you do not listen to this seat (any more)")


def _is_heard(site: Site, seat: Seat, phone: Seat, mode: ListeningMode) -> bool:
    return any(
        one.seat is seat and one.listener == phone.interface and one.mode is mode for one in site.listenings.values()
    )
