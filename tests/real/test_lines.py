"""How good the line of a SIP phone was, as a real Asterisk counted it, stands with the call."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, look, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.serving import Serving

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One agent with a SIP phone that answers."""
    queues = {"support": QueueSettings(extension="4000", label="Support", wrap_up_seconds=1)}
    agents = (AgentSettings(number="1001", name="Li Na", queues=tuple(queues)),)
    with running_pair(Settings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.behave("1001", do="answer", after=0, talk=0)
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


def reported(pair: Pair, channel: str) -> bool:
    """Whether the phone has sent a report (RTCP) that tells the round trip: it does every five seconds."""
    said = pair.ami.action("Getvar", Channel=channel, Variable="CHANNEL(rtcp,rtt)").get("Value") or "0"
    return float(said) > 0


def test_the_line_of_a_sip_phone_stands_with_the_call(server: Serving, browser: Browser, pair: Pair) -> None:
    pair.sign_in("1001", queues=1)
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        caller = pair.customer_calls("4000")
        connected = pair.ami.wait_for("AgentConnect")
        call_id, leg = connected["Linkedid"], connected["DestChannel"]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reported(pair, leg):
            assert time.monotonic() < deadline, "the phone sent no report"
            page.wait_for_timeout(200)
        pair.outside.action("Hangup", Channel=pair.channel(caller))
        measured = pair.ami.wait_for("UserEvent", UserEvent="LineMeasured")
        assert measured["Channel"] == leg
        where = f"{server.url}api/calls/pbx1/{call_id}/line-quality"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (lines := page.request.get(where).json().get("lines")):
            assert time.monotonic() < deadline, "no line was measured"
            page.wait_for_timeout(100)
        [line] = lines
        assert (line["agent_number"], line["measured_by"]) == ("1001", "pbx")
        assert line["received_loss_rate"] + line["sent_loss_rate"] < 0.05
        assert 0 < line["rtt_seconds"] < 0.1
        assert line["mos"] > 4
        visitor.open(f"calls/pbx1/{call_id}")
        row = page.get_by_role("region", name="How good the line was").get_by_role("row").filter(has_text="Li Na")
        expect(row).to_contain_text("PBX")
        assert violations(page) == []
        look(page, "call-line")
