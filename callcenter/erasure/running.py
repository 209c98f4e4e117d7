"""Erasures at work beside the server: what was asked for, here or by a command, is carried out one after another."""

import asyncio
import logging

from sqlalchemy.exc import DBAPIError

from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.service import carry_out, say_why, unfinished
from callcenter.errors import CallCenterError
from callcenter.floor.terms import Seconds
from callcenter.looking import woken

log = logging.getLogger(__name__)

LOOK_SECONDS: Seconds = 10.0
"""What a command asked for is seen so late; what must wait for something is tried again so often."""


class Eraser:
    """Carries out what is to be erased. `run` is its task; `wake` says that something was asked for."""

    def __init__(self, around: Around, pause: Seconds = LOOK_SECONDS) -> None:
        self.around, self._pause = around, pause
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something may be to do."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled; what cannot be done now is tried again."""
        while True:
            await self.look()
            await woken(self._woken, self._pause)

    async def look(self) -> None:
        """Carries out everything that can be done now."""
        try:
            for erasure_id in await unfinished(self.around.sessions):
                await self._try(erasure_id)
        except (DBAPIError, OSError):
            log.exception("Erasures wait for the database")

    async def _try(self, erasure_id: int) -> None:
        try:
            await carry_out(self.around, erasure_id)
        except NotYet as reason:
            await say_why(self.around.sessions, erasure_id, reason.message)
        except CallCenterError as error:
            log.error("Erasure %d cannot go on: %s", erasure_id, error.message)
            await say_why(self.around.sessions, erasure_id, error.message)
        except OSError as error:
            log.error("Erasure %d cannot go on: %s", erasure_id, error)
            await say_why(self.around.sessions, erasure_id, str(error.strerror or error))
        else:
            log.info("Erasure %d is done", erasure_id)
