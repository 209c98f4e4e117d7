"""An agent at a SIP phone of another make: after every step the phone's own view, the panel's and Asterisk's agree."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from typing_extensions import override

from callcenter.accounts.rules import Role
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import Visitor, look
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.hearing import Ears
from tests.real.softphone import Softphone, View
from tests.real.views import LINES, Floor, Floors, Stands, Views, Words
from tests.serving import Serving

pytestmark = pytest.mark.real

LI = "1001"
CUSTOMER = "13800138000"
WRAP_UP_SECONDS = 30
"""Long enough to be seen by all three on a busy machine; it ends by itself."""
LABELS = {"support": "Support", "break": "Break"}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A queue that rings until somebody answers, and one agent, whose phone is none of the world's."""
    queues = {
        "support": QueueSettings(
            extension="4000", label=LABELS["support"], ring_seconds=300, wrap_up_seconds=WRAP_UP_SECONDS
        )
    }
    agents = (AgentSettings(number=LI, name="Li Na", queues=("support",)),)
    with running_pair(Settings(queues=queues, agents=agents)) as pair:
        told = pair.outside.action("PJSIPUnregister", Registration=LI)
        assert told["Response"] == "Success", told
        pair.ami.wait_for("DeviceStateChange", 60, Device=f"PJSIP/{LI}", State="UNAVAILABLE")
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


@pytest.fixture
def ears(pair: Pair, tmp_path: Path) -> Ears:
    return Ears(pair, tmp_path)


@pytest.fixture
def phone(pair: Pair, ears: Ears, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Softphone]:
    """Li Na's phone, switched on."""
    plan = pair.centre.plan
    secret = plan.settings.agents[0].secret.get_secret_value()
    tone = ears.folder / "agent-tone.wav"
    with Softphone(tmp_path_factory.mktemp("phone"), LI, secret, plan.ports.sip, tone) as phone:
        yield phone


class SoftphoneViews(Views):
    """The three views, of which that of the phone is what the softphone tells."""

    def __init__(self, pair: Pair, phone: Softphone, desk: Page, floor: Page) -> None:
        floors = (Floors(floor, (LI,), ("support",)),)
        super().__init__(pair, floors, {LI: desk}, LABELS, WRAP_UP_SECONDS)
        self._phone = phone

    @override
    def _of_phones(self, floor: Floor) -> list[tuple[str, Words, Words]]:
        stands = floor.seats[LI]
        peer = stands.number if stands.state in LINES else ""
        wanted = View(stands.state != "unreachable", stands.line, peer, stands.state == "on_hold")
        return [("the softphone", vars(self._phone.view()), vars(wanted))]


class Shift:
    """Li Na with her phone and at her desk, a supervisor at the floor page, and how the seat stands after each step."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.now = Floor({LI: Stands()}, {"support": ()})
        self._views.agree_on(self.now)

    def stands(self, state: str, *, waiting: tuple[str, ...] = (), reason: str = "") -> None:
        """Phone, panel and Asterisk agree on this, and on who waits."""
        number, queue = (CUSTOMER, "support") if state in LINES else ("", "")
        queues = {} if state == "signed_out" else {"support": 0}
        seat = Stands(state, queues, reason=reason, number=number, queue=queue)
        self.now = replace(self.now, seats={LI: seat}, callers={"support": waiting})
        self._views.agree_on(self.now)


def test_an_agent_works_with_a_sip_phone_of_another_make(
    pair: Pair, server: Serving, phone: Softphone, ears: Ears, browser: Browser
) -> None:
    with Visitor(browser, server.url) as agent, Visitor(browser, server.url) as supervisor:
        agent.sign_in(LI_NA.username).open("desk")
        supervisor.sign_in(Role.SUPERVISOR).open("floor")
        for page in (agent.page, supervisor.page):
            page.get_by_role("heading", level=1).wait_for()
        shift = Shift(SoftphoneViews(pair, phone, agent.page, supervisor.page))
        phone.dial("*70")
        shift.stands("ready")
        _talks(shift, phone, ears)
        phone.dial("*721")
        shift.stands("paused", reason="break")
        look(agent.page, "softphone-paused")
        phone.dial("*73")
        shift.stands("ready")
        for end in (phone.switch_off, phone.pull_the_plug):
            _is_away(shift, phone, end)
        phone.dial("*71")
        shift.stands("signed_out")


def _talks(shift: Shift, phone: Softphone, ears: Ears) -> None:
    """A customer calls, is talked with, put on hold and taken back, all by the phone, and hears what it plays."""
    ears.caller_calls("4000")
    shift.stands("ringing", waiting=(CUSTOMER,))
    phone.answer()
    shift.stands("talking")
    ears.await_heard({"caller": {"agent"}})
    phone.hold()
    shift.stands("on_hold")
    ears.await_heard({"caller": set()})
    phone.take_back()
    shift.stands("talking")
    ears.await_heard({"caller": {"agent"}})
    phone.hang_up()
    shift.stands("wrap_up")
    shift.stands("ready")


def _is_away(shift: Shift, phone: Softphone, end: Callable[[], None]) -> None:
    """The phone ends, with or without a word to the PBX; nothing can reach the seat until it is on again."""
    end()
    shift.stands("unreachable")
    phone.switch_on()
    shift.stands("ready")
