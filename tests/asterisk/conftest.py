"""A misbehaving peer, and links to it that are closed at the end."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from callcenter.asterisk.link import Link
from callcenter.asterisk.session import LinkTiming
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from tests.asterisk.peer import Peer

Kind = TypeVar("Kind")

QUICK = LinkTiming(
    connect_seconds=5,
    answer_seconds=5,
    ping_every_seconds=0.05,
    boot_seconds=0.1,
    survey_seconds=5,
    survey_again_seconds=0.01,
    first_retry_seconds=0.01,
    longest_retry_seconds=0.05,
    refused_retry_seconds=0.05,
)

IMPATIENT = dataclasses.replace(QUICK, answer_seconds=0.5, survey_seconds=0.5)
"""For tests in which no answer comes; elsewhere a busy machine gets its time."""


class Told:
    """A sink that keeps what it was told, and can be waited on."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self._waiting: list[tuple[Callable[[], bool], asyncio.Event]] = []

    def __call__(self, event: AnyEvent) -> None:
        self.events.append(event)
        for condition, news in self._waiting:
            if condition():
                news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits, ten seconds at most, until an event makes the condition true."""
        news = asyncio.Event()
        self._waiting.append((condition, news))
        if not condition():
            await asyncio.wait_for(news.wait(), 10)

    def states(self) -> list[tuple[LinkState, str]]:
        """The states of the link, in order."""
        return [(event.state, event.detail) for event in self.events if isinstance(event, LinkChanged)]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until_state(self, state: LinkState, times: int = 1) -> None:
        """Waits until the link was in a state that many times."""
        await self.until(lambda: [seen for seen, _ in self.states()].count(state) >= times)


@pytest.fixture
def told() -> Told:
    """A sink that keeps what it was told."""
    return Told()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """A peer that listens."""
    peer = Peer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def make_link(peer: Peer, told: Told) -> AsyncIterator[Callable[..., Link]]:
    """Starts a link to the peer."""
    links: list[Link] = []

    def make(**options: object) -> Link:
        arguments = {"sink": told, "timing": QUICK} | options
        link = Link(peer.settings(), **arguments)  # type: ignore[arg-type]  # the options are the test's own
        links.append(link)
        link.start()
        return link

    yield make
    for link in links:
        await link.close()
