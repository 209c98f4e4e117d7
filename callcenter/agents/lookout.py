"""Waits until the floor shows what was asked of it."""

import asyncio
from collections.abc import Callable

from callcenter.floor.changes import Changes, Key
from callcenter.floor.events import AnyEvent
from callcenter.floor.terms import Seconds


class Lookout:
    """A listener of the keeper: looks at an entity whenever an event has touched it."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], tuple[Key, Callable[[], bool]]] = {}

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """Ends the waits that are over."""
        for future, (key, is_shown) in self._waiting.items():
            if key in changes.touched and not future.done() and is_shown():
                future.set_result(None)

    async def until(self, key: Key, is_shown: Callable[[], bool], seconds: Seconds) -> bool:
        """Whether it shows within so many seconds."""
        if is_shown():
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = key, is_shown
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return False
        finally:
            del self._waiting[future]
        return True
