"""Pauses of recordings that no panel asks for: by an agent's key in a call, and ended where one is forgotten.

Both are commands like those of the panel: the floor shows what came of them.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from callcenter.agents.rules import recording_commands
from callcenter.errors import OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.changes import Changes
from callcenter.floor.commands import AnyCommand, Phone, ResumeRecording
from callcenter.floor.events import AnyEvent, LinkState, RecordingPauseAsked, RecordingResumeAsked
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId, Instant, Seconds
from callcenter.live.keeper import Keeper

log = logging.getLogger(__name__)

LOOK_SECONDS: Seconds = 0.5
"""How late a pause is ended that has lasted long enough."""
AGAIN_SECONDS: Seconds = 10
"""What did not come of it is asked for again after so long."""


@dataclass
class RecordingPauses:
    """Listens to the floor for the key, and looks at the time; `limit_seconds` 0 lets a pause last."""

    keeper: Keeper
    phone: Phone
    limit_seconds: Seconds
    _asked: dict[ChannelId, Instant] = field(default_factory=dict)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def on_changes(self, event: AnyEvent, _changes: Changes) -> None:
        """Pauses or resumes the call of an agent who pressed the code; what somebody else's phone says is nothing."""
        if not isinstance(event, RecordingPauseAsked | RecordingResumeAsked):
            return
        site = self.keeper.floor.sites[event.pbx]
        channel = site.channels.get(event.channel_id)
        if channel is None or channel.seat is None:
            return
        is_paused = isinstance(event, RecordingPauseAsked)
        task = asyncio.create_task(self._send(recording_commands(site, channel.call_id, is_paused=is_paused)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def watch(self) -> None:
        """Ends pauses that have lasted too long, until cancelled."""
        while self.limit_seconds:
            await asyncio.sleep(LOOK_SECONDS)
            for site in list(self.keeper.floor.sites.values()):
                if site.link is LinkState.LIVE:
                    await self._send(self._due(site))

    def _due(self, site: Site) -> tuple[AnyCommand, ...]:
        now = self.keeper.pbx_time(site.pbx)
        due = overdue(site, now - self.limit_seconds)
        self._asked = {channel_id: at for channel_id, at in self._asked.items() if at + AGAIN_SECONDS > now}
        fresh = [channel_id for channel_id in due if channel_id not in self._asked]
        self._asked.update(dict.fromkeys(fresh, now))
        return tuple(ResumeRecording(site.pbx, channel_id=channel_id) for channel_id in fresh)

    async def _send(self, commands: tuple[AnyCommand, ...]) -> None:
        for command in commands:
            try:
                await self.phone.send(command)
            except (PhoneRefused, PhoneUnreachable, OutcomeUnknown) as error:
                log.warning("%s: %s: %s", command.pbx, type(command).__name__, error.message)


def overdue(site: Site, since: Instant) -> list[ChannelId]:
    """The channels on which a recording has been paused since then, or longer."""
    return [
        channel_id
        for channel_id, files in site.recordings.items()
        if any(one.paused_since is not None and one.paused_since <= since for one in files)
    ]
