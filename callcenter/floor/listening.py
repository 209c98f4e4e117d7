"""Who hears whose call on a phone of their own: supervisors listen, whisper and barge.

The phone that listens is in no call of the centre's: its channel is no leg of its seat and opens no call, so that
figures and facts know nothing of it.
"""

from callcenter.floor import events as e
from callcenter.floor.call import interface_of
from callcenter.floor.changes import Changes
from callcenter.floor.events import ListeningMode, OpenChannel
from callcenter.floor.seat import Listening
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId, Instant

LISTENER_PREFIX = "listen."
"""The ids of the channels of listeners begin so; behind a word of their own comes the id of the channel listened to."""

MODE_KEYS = {"4": ListeningMode.LISTEN, "5": ListeningMode.WHISPER, "6": ListeningMode.BARGE}
"""A listener is at the extension of its mode, which a survey tells."""


def listener_id(token: str, channel_id: ChannelId) -> ChannelId:
    """The id of a new listener's channel; `token` is used once and has letters and digits only."""
    return ChannelId(f"{LISTENER_PREFIX}{token}.{channel_id}")


def is_listener(channel_id: str) -> bool:
    """Whether a channel is a listener's."""
    return channel_id.startswith(LISTENER_PREFIX)


def began(site: Site, event: e.ListeningBegan, changes: Changes) -> None:
    """A listener hears a channel: it is shown with the seat at whose phone that channel ends."""
    if event.listener_id in site.ended_channels:
        return
    _show(site, event.listener_id, event.listener_name, event.channel_id, event.mode, changes)


def ended(site: Site, event: e.ListeningEnded, changes: Changes) -> None:
    """A listener hears nothing any more, or goes on in another mode in a moment."""
    _hide(site, event.listener_id, changes)


def channel_closed(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """A listener hung up, or who was listened to did."""
    for listening in list(site.listenings.values()):
        if channel_id in (listening.listener_id, listening.channel_id):
            _hide(site, listening.listener_id, changes)


def surveyed(site: Site, found: tuple[OpenChannel, ...], at: Instant, changes: Changes) -> None:
    """Takes over who listens from the channels that a survey found; what began after `at` is left alone."""
    listeners = {seen.channel_id: seen for seen in found if is_listener(seen.channel_id)}
    for listening in list(site.listenings.values()):
        if listening.listener_id not in listeners and listening.since <= at:
            _hide(site, listening.listener_id, changes)
    for seen in listeners.values():
        mode = MODE_KEYS.get(seen.extension)
        if seen.is_up and mode is not None and seen.channel_id not in (*site.listenings, *site.ended_channels):
            heard = ChannelId(seen.channel_id.removeprefix(LISTENER_PREFIX).partition(".")[2])
            _show(site, seen.channel_id, seen.name, heard, mode, changes)


def _show(
    site: Site, listener: ChannelId, name: str, channel_id: ChannelId, mode: ListeningMode, changes: Changes
) -> None:
    channel = site.channels.get(channel_id)
    if channel is None or channel.seat is None:
        return
    phone = site.seat_of_channel(name)
    listening = site.listenings[listener] = Listening(
        listener_id=listener,
        channel_id=channel_id,
        seat=channel.seat,
        call_id=channel.call_id,
        listener=phone.interface if phone else interface_of(name),
        listener_name=phone.agent_name if phone else "",
        mode=mode,
        since=site.now,
    )
    changes.touched |= {listening.key, channel.seat.key}


def _hide(site: Site, listener: ChannelId, changes: Changes) -> None:
    listening = site.listenings.pop(listener, None)
    if listening is not None:
        changes.touched |= {listening.key, listening.seat.key}
