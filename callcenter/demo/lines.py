"""The channels of the outside world: each is a line that a script holds until somebody hangs up."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count

from callcenter.demo.ari import APP, Ari, AriEvent, Channel, Gone
from callcenter.floor.terms import Seconds

NORMAL = 16
"""Q.850 causes that a script gives when it hangs up; the others are with the reactions that need them."""


async def first_of(*events: asyncio.Event, seconds: Seconds | None = None) -> None:
    """Returns when one of the events is set, or when the seconds are over."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


class Line:
    """One channel. Every verb raises Gone once the other side has hung up; `over` says the same to whoever waits."""

    def __init__(self, ari: Ari, channel_id: str) -> None:
        self._ari = ari
        self._path = f"channels/{channel_id}"
        self.up = asyncio.Event()
        self.over = asyncio.Event()
        self._spoke_at = float("-inf")

    def is_fresh(self, seconds: Seconds) -> bool:
        """Whether the talk on it began less than so many seconds ago."""
        return asyncio.get_running_loop().time() - self._spoke_at < seconds

    async def lasts(self, seconds: Seconds) -> bool:
        """Waits so long; False as soon as the line is over."""
        await first_of(self.over, seconds=seconds)
        return not self.over.is_set()

    async def ring(self) -> None:
        """Lets the caller hear that it rings."""
        await self._ari.post(f"{self._path}/ring")

    async def answer(self) -> None:
        """Takes the call; Asterisk does so a moment after it was asked, and refuses (412) to play anything before."""
        await self._ari.post(f"{self._path}/answer")
        await first_of(self.up, self.over)

    async def speak(self) -> None:
        """Talks on and on, with real speech."""
        self._spoke_at = asyncio.get_running_loop().time()
        await self._ari.post(f"{self._path}/moh", mohClass="speech")

    async def greet(self) -> None:
        """Says one word, as people do when they take a call, and is silent then.

        A silent phone sends audio, too: without any, machine detection would wait for it.
        """
        await self._ari.post(f"{self._path}/play", media="sound:hello")
        await self._ari.post(f"{self._path}/silence")

    async def end_silence(self) -> None:
        """Ends the silence of `greet`."""
        await self._ari.delete(f"{self._path}/silence")

    async def hold(self) -> None:
        """Puts the other side on hold."""
        await self._ari.post(f"{self._path}/hold")

    async def take_back(self) -> None:
        """Takes the other side back from hold."""
        await self._ari.delete(f"{self._path}/hold")

    async def press(self, digits: str) -> None:
        """Presses keys (RFC 4733)."""
        await self._ari.post(f"{self._path}/dtmf", dtmf=digits)

    async def hang_up(self, cause: int = NORMAL) -> None:
        """Ends the call; before the answer the cause becomes the SIP code of the refusal."""
        await self._ari.delete(self._path, reason_code=str(cause))


Taker = Callable[[Line, Channel], Coroutine[None, None, None]]
"""Whoever takes a call that comes in; `channel` tells who calls whom."""


class Lines:
    """All lines. Calls that come in go to `taker`, each in a task of its own; a script whose line is gone just ends."""

    def __init__(self, ari: Ari, taker: Taker) -> None:
        self._ari = ari
        self._taker = taker
        self._open: dict[str, Line] = {}
        self._names = count(1)
        self._tasks: asyncio.TaskGroup
        self.connected = asyncio.Event()
        self.all_over = asyncio.Event()
        self.all_over.set()

    def __len__(self) -> int:
        return len(self._open)

    async def run(self) -> None:
        """Holds the lines until Asterisk stops; a script that fails ends it with that failure."""
        async with asyncio.TaskGroup() as self._tasks:
            async for event in self._ari.events():
                self._take(event)
            self._end_all()

    def play(self, script: Coroutine[None, None, None]) -> None:
        """Plays a script beside the others, while `run` runs."""
        self._tasks.create_task(_until_gone(script))

    async def call(self, endpoint: str, caller_id: str = "") -> Line:
        """Dials; the line is `up` when it was answered, `over` when nothing came of it."""
        channel_id = f"line-{next(self._names)}"
        line = self._add(channel_id)
        try:
            await self._ari.post(
                "channels", endpoint=endpoint, app=APP, channelId=channel_id, callerId=caller_id, timeout="20"
            )
        except BaseException:
            self._end(channel_id)
            raise
        return line

    async def hang_up_all(self, spare_seconds: Seconds = 0.0) -> None:
        """Ends every call there is, except for talks that began less than so many seconds ago."""
        for line in list(self._open.values()):
            if not line.is_fresh(spare_seconds):
                await _until_gone(line.hang_up())

    def _take(self, event: AriEvent) -> None:
        if event.type == "Connected":
            self.connected.set()
        elif event.type in {"StasisEnd", "ChannelDestroyed"} and event.channel:
            self._end(event.channel.id)
        elif event.type in {"StasisStart", "ChannelStateChange"} and event.channel:
            self._follow(event.channel, is_new=event.type == "StasisStart")

    def _follow(self, channel: Channel, *, is_new: bool) -> None:
        line = self._open.get(channel.id)
        if line is None and is_new:
            line = self._add(channel.id)
            self.play(self._taker(line, channel))
        if line is not None and channel.state == "Up":
            line.up.set()

    def _add(self, channel_id: str) -> Line:
        line = self._open[channel_id] = Line(self._ari, channel_id)
        self.all_over.clear()
        return line

    def _end(self, channel_id: str) -> None:
        line = self._open.pop(channel_id, None)
        if line is not None:
            line.over.set()
        if not self._open:
            self.all_over.set()

    def _end_all(self) -> None:
        for channel_id in list(self._open):
            self._end(channel_id)


async def _until_gone(script: Coroutine[None, None, None]) -> None:
    try:
        await script
    except Gone:
        return
