"""A real Asterisk for the tests, fetched once into the user's cache when this machine has none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from callcenter.asterisk import packages
from callcenter.asterisk.installation import Installation
from callcenter.asterisk.private import PrivateAsterisk
from callcenter.demo.world import centre_and_world
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.ami import Ami


@pytest.fixture(scope="session")
def asterisk_tree() -> Installation:
    """The Asterisk that the tests run."""
    return packages.find()


@pytest.fixture
def centre_settings() -> Settings:
    """Two queues and three agents with phones PJSIP/1001 to PJSIP/1003. Override it to test with other settings."""
    queues = {
        "support": QueueSettings(extension="4000", label="Support", wrap_up_seconds=2, exit_digit="9"),
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


@dataclass
class Pair:
    """A running centre and a running world whose phones are registered, and a manager connection to each."""

    centre: PrivateAsterisk
    world: PrivateAsterisk
    ami: Ami
    outside: Ami

    def dial(self, agent: str, number: str) -> None:
        """An agent dials a number on the phone; the phone listens until the other side hangs up."""
        self._place(f"PJSIP/{number}@{agent}", Application="Wait", Data=60)

    def customer_calls(self, number: str, caller: str = "13800138000", name: str = "Bob") -> None:
        """A customer calls over the trunk and talks until the other side hangs up."""
        speech = {"Context": "world-speech", "Exten": "s", "Priority": 1}
        self._place(f"PJSIP/{number}@centre", CallerID=f'"{name}" <{caller}>', **speech)

    def behave(self, number: str, **how: object) -> None:
        """Says what the phone or customer of this number does when called: do, after, talk (see the world's dialplan)."""
        for key, value in how.items():
            self.outside.action("Setvar", Variable=f"{key.upper()}_{number}", Value=value)

    def sign_in(self, agent: str, queues: int = 2) -> None:
        """Signs an agent in by the feature code and waits until every queue has the member and the phone is free."""
        self.dial(agent, "*70")
        for _ in range(queues):
            self.ami.wait_for("QueueMemberAdded", Interface=f"PJSIP/{agent}")
        self.ami.wait_for("DeviceStateChange", Device=f"PJSIP/{agent}", State="NOT_INUSE")

    def _place(self, channel: str, **headers: object) -> None:
        answer = self.outside.action("Originate", Channel=channel, Async="true", Timeout=60_000, **headers)
        assert answer["Response"] == "Success", answer


@pytest.fixture
def pair(asterisk_tree: Installation, centre_settings: Settings) -> Iterator[Pair]:
    """The centre with the shipped dialplans, and the outside world beside it."""
    with paired(centre_settings) as pair:
        yield pair


@contextmanager
def paired(settings: Settings) -> Iterator[Pair]:
    """Runs a pair during the block."""
    centre, world = centre_and_world(settings)
    try:
        centre.boot()
        with Ami(centre.plan.pbx) as ami:
            world.boot()
            waiting = {agent.at() for agent in settings.agents}
            while waiting:
                waiting.discard(ami.wait_for("DeviceStateChange", State="NOT_INUSE")["Device"])
            with Ami(world.plan.pbx) as outside:
                yield Pair(centre, world, ami, outside)
    finally:
        world.remove()
        centre.remove()
