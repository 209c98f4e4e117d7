"""Word that a session, a role or a key may have ended, for the sockets that are open: they look again at once."""

import asyncio
import contextlib

from callcenter.floor.terms import Seconds


class Revocations:
    """Wakes whoever waits. Another process (`callcenter user …`) wakes nobody here: waiting also ends by itself."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Something was taken away, and is written down already."""
        told, self._next = self._next, asyncio.Event()
        told.set()

    def next(self) -> asyncio.Event:
        """The word after this moment: taken before looking, so that none comes unheard between looking and waiting."""
        return self._next


async def heard(word: asyncio.Event, at_most: Seconds) -> None:
    """Waits for that word, and no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most):
            await word.wait()
