"""Recordings under way: begun, paused, resumed, ended with their channel; and what is seen of them at the seats."""

from collections.abc import Iterator

from callcenter.floor import events as e
from callcenter.floor.call import Recording
from callcenter.floor.changes import Changes, View
from callcenter.floor.facts import RecordingFile, RecordingPause
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId


def begun(site: Site, event: e.RecordingBegun, changes: Changes) -> None:
    """A file is being written; it is a fact once its channel has ended."""
    if event.channel_id in site.ended_channels:
        return
    files = site.recordings.setdefault(event.channel_id, [])
    if all(recording.path != event.path for recording in files):
        files.append(Recording(event.path, event.call_id, site.now))
        touch_seats(site, event.channel_id, changes)


def paused(site: Site, event: e.RecordingPaused, changes: Changes) -> None:
    """Nothing is kept from now on in any file of the channel."""
    for recording in site.recordings.get(event.channel_id, ()):
        if recording.paused_since is None:
            recording.paused_since = site.now
    touch_seats(site, event.channel_id, changes)


def resumed(site: Site, event: e.RecordingResumed, changes: Changes) -> None:
    """What is said is kept again."""
    for recording in site.recordings.get(event.channel_id, ()):
        _end_pause(site, event.channel_id, recording, changes)
    touch_seats(site, event.channel_id, changes)


def close(site: Site, channel_id: ChannelId, changes: Changes, *, is_certain: bool) -> None:
    """The files of a channel that ends are complete; a pause still on ends there."""
    files = site.recordings.pop(channel_id, ())
    for recording in files:
        _end_pause(site, channel_id, recording, changes, is_certain=is_certain)
        changes.facts.append(
            RecordingFile(
                pbx=site.pbx,
                path=recording.path,
                channel_id=channel_id,
                call_id=recording.call_id,
                began_at=recording.began_at,
                ended_at=max(site.now, recording.began_at),
            )
        )
    if files:
        touch_seats(site, channel_id, changes)


def _end_pause(
    site: Site, channel_id: ChannelId, recording: Recording, changes: Changes, *, is_certain: bool = True
) -> None:
    since, recording.paused_since = recording.paused_since, None
    if since is None or since >= site.now:
        return
    pause = RecordingPause(
        pbx=site.pbx,
        is_certain=is_certain,
        path=recording.path,
        channel_id=channel_id,
        call_id=recording.call_id,
        began_at=since,
        ended_at=site.now,
    )
    changes.facts.append(pause)


# --- what is seen of them ---------------------------------------------------------------------------------------------


def of_call(site: Site, call_id: CallId) -> Iterator[tuple[ChannelId, Recording]]:
    """The recordings under way in a call, each with the channel that it is made on."""
    call = site.call(call_id)
    for channel_id in sorted(call.channels) if call else ():
        for recording in site.recordings.get(channel_id, ()):
            yield channel_id, recording


def shown_at(site: Site, seat: Seat) -> View:
    """Of the call in front of the agent: whether it is recorded, and since when nothing of it is kept in any file."""
    pauses = [recording.paused_since for _, recording in of_call(site, seat.call_id)] if seat.call_id else []
    begun = [since for since in pauses if since is not None]
    is_paused = bool(pauses) and len(begun) == len(pauses)
    return {"is_recorded": bool(pauses), "recording_paused_since": max(begun) if is_paused else None}


def touch_seats(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """Has the seats that are in the call of this channel looked at again."""
    channel = site.channels.get(channel_id)
    if channel is not None:
        touch_call(site, channel.call_id, changes)


def touch_call(site: Site, call_id: CallId, changes: Changes) -> None:
    """Has the seats that are in this call looked at again."""
    call = site.call(call_id)
    for channel_id in call.channels if call else ():
        seat = site.channels[channel_id].seat
        if seat is not None:
            changes.touched.add(seat.key)
