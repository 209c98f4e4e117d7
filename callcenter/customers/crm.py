"""Another system is asked who a number is: within a time limit, each number once in a while, and not while it fails.

Only the host of the settings is asked: no redirect is followed, no proxy of the environment is used.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from callcenter.customers.addresses import filled, page_of
from callcenter.errors import SetupFailed
from callcenter.floor.terms import Seconds
from callcenter.settings import CrmSettings

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
"""Of an answer; one that is longer is no record of a customer."""

MOST_KEPT = 10_000
LONGEST_TEXT = 200
FAILURES = 5
REST_SECONDS: Seconds = 30
"""After so many failures in a row nobody is asked for so long; then the next ring tries again."""


class Outside(Struct, frozen=True):
    """What the other system says of a number; `link` is the customer's page there. What it does not say is ""."""

    name: str = ""
    level: str = ""
    link: str = ""


class BadAnswer(Exception):
    """What came is no answer to the question."""


class Crm:
    """The other system. `look_up` never fails and takes no longer than the time limit."""

    def __init__(self, settings: CrmSettings, client: httpx.AsyncClient, clock: Callable[[], Seconds]) -> None:
        self._settings, self._client, self._clock = settings, client, clock
        self._known: dict[str, tuple[Seconds, Outside | None]] = {}
        self._asking: dict[str, asyncio.Task[Outside | None]] = {}
        self._failures = 0
        self._rests_until: Seconds = 0.0

    async def look_up(self, number: str) -> Outside | None:
        """Who this number is ("+" and digits); None where nobody knows, or it cannot be told in time."""
        if not self._settings.url or not number:
            return None
        until, known = self._known.get(number, (0.0, None))
        if until > self._clock():
            return known
        asking = self._asking.get(number)
        if asking is None:
            if self._clock() < self._rests_until:
                return None
            asking = self._asking[number] = asyncio.create_task(self._ask(number), name="CRM")
        # Several may wait for one answer: who goes away does not take it from the others.
        return await asyncio.shield(asking)

    async def close(self) -> None:
        """Asks no longer."""
        asking = [*self._asking.values()]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, number: str) -> Outside | None:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                found = await self._fetch(number)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, BadAnswer) as error:
            self._failed(error)
            return None
        finally:
            del self._asking[number]
        self._failures = 0
        self._keep(number, found)
        return found

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._rests_until = self._clock() + REST_SECONDS
            log.warning("The CRM is not asked for %g s: %s: %s", REST_SECONDS, type(error).__name__, error)

    def _keep(self, number: str, found: Outside | None) -> None:
        self._known.pop(number, None)
        self._known[number] = (self._clock() + self._settings.cache_seconds, found)
        if len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]

    async def _fetch(self, number: str) -> Outside | None:
        async with self._client.stream("GET", filled(self._settings.url, {"number": number})) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if not answer.is_success:
                raise BadAnswer(f"status {answer.status_code}")
            content = b""
            async for chunk in answer.aiter_bytes(MOST_BYTES):
                content += chunk
                if len(content) > MOST_BYTES:
                    raise BadAnswer(f"more than {MOST_BYTES} bytes")
        return read(content, self._settings)


def read(content: bytes, settings: CrmSettings) -> Outside | None:
    """What an answer says; None where it names nobody. Raises BadAnswer."""
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadAnswer("no JSON") from error
    name, level = (_text(_at(said, path)) for path in (settings.name, settings.level))
    link = page_of(_at(said, settings.link))
    return Outside(name, level, link) if name or link else None


def _at(said: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(said, dict):
            said = said.get(step)
        elif isinstance(said, list) and step.isdecimal() and int(step) < len(said):
            said = said[int(step)]
        else:
            return None
    return said


def _text(value: Any) -> str:
    text = str(value) if isinstance(value, str | int | float) else ""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST_TEXT]


@asynccontextmanager
async def crm_of(settings: CrmSettings, clock: Callable[[], Seconds] = time.monotonic) -> AsyncIterator[Crm]:
    """The other system of the settings, for as long as the block lasts. Raises SetupFailed for the token's file."""
    token = _secret(settings.token_file) if settings.token_file else settings.token.get_secret_value()
    headers = {settings.header: token} if token else {}
    async with httpx.AsyncClient(
        headers=headers, timeout=settings.timeout_seconds, follow_redirects=False, trust_env=False
    ) as client:
        crm = Crm(settings, client, clock)
        try:
            yield crm
        finally:
            await crm.close()


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupFailed(f"customers.crm.token_file: {error}") from error
