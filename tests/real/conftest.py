"""A real Asterisk for the tests, fetched once into the user's cache when this machine has none."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.asterisk import packages
from callcenter.asterisk.installation import Installation
from callcenter.asterisk.private import PrivateAsterisk
from callcenter.demo.world import centre_and_world
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.ami import Ami
from tests.real.browsing import chromium
from tests.serving import PASSWORD, Serving, serving_with

LI_NA = NewUser("li-na", PASSWORD, (Role.AGENT,), agent_number="1001")
"""Agent 1001, who may sign in to the panel."""


@pytest.fixture(scope="session")
def asterisk_tree() -> Installation:
    """The Asterisk that the tests run."""
    return packages.find()


@pytest.fixture(scope="module")
def centre_settings() -> Settings:
    """Two queues and three agents with phones PJSIP/1001 to PJSIP/1003. Override it to test with other settings."""
    queues = {
        "support": QueueSettings(
            extension="4000", label="Support", wrap_up_seconds=2, exit_digit="9", callback_digit="8"
        ),
        "sales": QueueSettings(extension="4001", label="Sales", wrap_up_seconds=2, max_waiting=1),
    }
    names = ("Li Na", "Wang Wei", "Zhang Min")
    agents = tuple(AgentSettings(number=str(1001 + n), name=name, queues=tuple(queues)) for n, name in enumerate(names))
    return Settings(queues=queues, agents=agents)


@pytest.fixture
def pbx(asterisk_tree: Installation, centre_settings: Settings) -> Iterator[PrivateAsterisk]:
    """A running Asterisk with the shipped dialplans; `pbx.plan.settings` are the settings for a server beside it."""
    private = PrivateAsterisk.start(centre_settings)
    yield private
    private.remove()


_numbers = count(1)


@dataclass
class Pair:
    """A running centre and a running world whose phones are registered, and a manager connection to each."""

    centre: PrivateAsterisk
    world: PrivateAsterisk
    ami: Ami
    outside: Ami

    def dial(self, agent: str, number: str) -> None:
        """An agent dials a number on the phone; the phone listens until the other side hangs up."""
        self.place(f"PJSIP/{number}@{agent}", Application="Wait", Data=60)

    def customer_calls(self, number: str, caller: str = "13800138000", name: str = "Bob") -> str:
        """A customer calls over the trunk and talks until the other side hangs up; the channel's id in the world."""
        speech = {"Context": "world-speech", "Exten": "s", "Priority": 1}
        return self.place(f"PJSIP/{number}@centre", CallerID=f'"{name}" <{caller}>', **speech)

    def behave(self, number: str, **how: object) -> None:
        """Says what this number does when called: do, after, talk (see the world's dialplan)."""
        for key, value in how.items():
            self.outside.action("Setvar", Variable=f"{key.upper()}_{number}", Value=value)

    def picks_up(self, number: str) -> None:
        """The phone that was told to `ignore` takes the call after all: till then it rings."""
        self.outside.action("Ping")  # whatever was said before the answer has been read then
        leg = [event for event in self.outside.of("Newchannel") if event["Exten"] == number][-1]["Channel"]
        speech = {"Context": "world-speech", "Exten": "s", "Priority": 1}
        assert self.outside.action("Redirect", Channel=leg, **speech)["Response"] == "Success"

    def sign_in(self, agent: str, queues: int = 2) -> None:
        """Signs an agent in by the feature code and waits until every queue has the member and the phone is free."""
        self.dial(agent, "*70")
        for _ in range(queues):
            self.ami.wait_for("QueueMemberAdded", Interface=f"PJSIP/{agent}")
        self.ami.wait_for("DeviceStateChange", Device=f"PJSIP/{agent}", State="NOT_INUSE")

    def quieten(self) -> None:
        """Hangs up whatever is left of earlier calls and waits until it is gone."""
        deadline = time.monotonic() + 30
        while self._channels(self.outside) or self._channels(self.ami):
            assert time.monotonic() < deadline, "calls do not end"
            for channel in self._channels(self.outside):
                self.outside.action("Hangup", Channel=channel)

    def channel(self, channel_id: str) -> str:
        """The name of a channel of the world, by its id (`place`)."""
        events = self.outside.listing("CoreShowChannels")
        return next(str(event["Channel"]) for event in events if event.get("Uniqueid") == channel_id)

    @staticmethod
    def _channels(ami: Ami) -> list[str]:
        return [event["Channel"] for event in ami.listing("CoreShowChannels") if "Channel" in event]

    def place(self, channel: str, **headers: object) -> str:
        """Originates in the world; the id of the channel, by which its events are told from those of earlier calls."""
        channel_id = f"world-{next(_numbers)}"
        headers |= {"Channel": channel, "ChannelId": channel_id, "Async": "true", "Timeout": 60_000}
        answer = self.outside.action("Originate", **headers)
        assert answer["Response"] == "Success", answer
        return channel_id


def running_pair(settings: Settings) -> AbstractContextManager[Pair]:
    """A centre and a world of these settings; see `running`."""
    return running(*centre_and_world(settings))


@contextmanager
def running(centre: PrivateAsterisk, world: PrivateAsterisk) -> Iterator[Pair]:
    """Boots a centre and a world and waits until every phone is registered; ends them without ceremony."""
    try:
        centre.boot()
        with Ami(centre.plan.pbx) as ami:
            world.boot()
            own = {agent.at() for agent in centre.plan.settings.agents if agent.has_phone}
            waiting = own | {phone.at() for phone in centre.plan.settings.phones}
            while waiting:
                waiting.discard(ami.wait_for("DeviceStateChange", State="NOT_INUSE")["Device"])
            with Ami(world.plan.pbx) as outside:
                yield Pair(centre, world, ami, outside)
    finally:
        for private in (world, centre):
            private.kill()
            private.remove()


@pytest.fixture
def pair(asterisk_tree: Installation, centre_settings: Settings) -> Iterator[Pair]:
    """The centre with the shipped dialplans and the outside world, both fresh."""
    with running_pair(centre_settings) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def lasting_pair(asterisk_tree: Installation, centre_settings: Settings) -> Iterator[Pair]:
    """One pair for a module's tests; see `shared_pair`."""
    with running_pair(centre_settings) as lasting:
        yield lasting


@pytest.fixture
def shared_pair(lasting_pair: Pair) -> Iterator[Pair]:
    """A pair for tests that sign nobody in: no call is left from the test before, no event is kept."""
    lasting_pair.quieten()
    lasting_pair.ami.events.clear()
    lasting_pair.outside.events.clear()
    yield lasting_pair
    lasting_pair.quieten()


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server beside a module's own lasting `pair`, with a user of each role; it must not have failed anywhere."""
    with serving_pair(pair, tmp_path_factory.mktemp("centre")) as server:
        yield server


@contextmanager
def serving_pair(pair: Pair, folder: Path, *users: NewUser) -> Iterator[Serving]:
    """A server that hears the centre, with a user of each role and these."""
    with serving_with(folder, pair.centre.plan.settings, *Role, *users) as server:
        server.await_said("pbx1: live")
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; each `Visitor` has a window of its own."""
    with chromium() as browser:
        yield browser
