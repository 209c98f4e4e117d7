"""The phone in a real browser at a real Asterisk: rung, loaded again while it rings, heard both ways, handed over."""

import ssl
import wave
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from websockets import Subprotocol
from websockets.sync.client import connect

from callcenter.accounts.rules import Role
from callcenter.asterisk.certificates import make_certificate
from callcenter.asterisk.installation import Installation
from callcenter.asterisk.private import PrivateAsterisk, plan
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, chromium, look, violations
from tests.real.conftest import LI_NA, Pair, running_pair, serving_pair
from tests.real.hearing import LOUDNESS, TONES, Ears
from tests.serving import Serving

pytestmark = pytest.mark.real

NARROW = {"width": 360, "height": 740}
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
LANGUAGE = "language => localStorage.setItem('callcenter.language', language)"
BROWSER = "PJSIP/1001-browser"
RATE = 48_000
PITCH = """
() => new Promise((resolve) => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(document.querySelector("audio[data-phone]").srcObject).connect(analyser);
  setTimeout(() => {
    const heights = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(heights);
    const peak = heights.indexOf(Math.max(...heights));
    resolve([(peak * context.sampleRate) / analyser.fftSize, heights[peak]]);
    context.close();
  }, 1500);
})
"""
"""The pitch that the page plays, in hertz, and how loud in decibels."""

REGISTER = "\r\n".join((
    "REGISTER sip:127.0.0.1 SIP/2.0", "Via: SIP/2.0/WSS browser.invalid;branch=z9hG4bK1", "Max-Forwards: 70",
    "From: <sip:1001-browser@127.0.0.1>;tag=1", "To: <sip:1001-browser@127.0.0.1>", "Call-ID: 1", "CSeq: 1 REGISTER",
    "Contact: <sip:1001-browser@browser.invalid;transport=ws>", "Content-Length: 0", "", "",
))  # fmt: skip

CHOSEN = "localStorage.getItem('callcenter.phone.microphone')"
REFUSE = """
() => {
  const refuse = () => Promise.reject(new DOMException("in use", "NotReadableError"));
  navigator.mediaDevices.getUserMedia = refuse;
}
"""
"""Every microphone is in use elsewhere from now on."""

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two agents with SIP phones, one of whom has a phone in the browser, too."""
    agents = (
        AgentSettings(number="1001", name="Li Na", queues=("support",), has_browser_phone=True),
        AgentSettings(number="1002", name="Wang Wei", queues=("support",)),
    )
    queues = {"support": QueueSettings(extension="4000", label="Support", ring_seconds=30, wrap_up_seconds=1)}
    with running_pair(Settings(queues=queues, agents=agents)) as pair:
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Its microphone hears the agent's tone, in bursts: what goes on and on is taken for noise and suppressed."""
    file = tmp_path_factory.mktemp("microphone") / "tone.wav"
    at = numpy.arange(RATE * 10) / RATE
    samples = LOUDNESS * 2 * numpy.sin(2 * numpy.pi * TONES["agent"] * at) * (at % 0.5 < 0.3)
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    flags = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*flags, f"--use-file-for-fake-audio-capture={file}") as browser:
        yield browser


@pytest.fixture
def agent(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        visitor.context.grant_permissions(["microphone"])
        yield visitor.sign_in("li-na")


def phone(page: Page) -> Locator:
    return page.get_by_role("region", name="Phone in the browser")


def state(page: Page) -> Locator:
    return page.get_by_role("region", name="My state").get_by_role("status").first


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def members(pair: Pair) -> set[str]:
    return {one["Location"] for one in pair.ami.listing("QueueStatus") if "Location" in one}


def test_a_day_with_the_phone_in_the_browser(
    agent: Visitor, server: Serving, browser: Browser, pair: Pair, tmp_path: Path
) -> None:
    page, ears = agent.page, Ears(pair, tmp_path)
    agent.open("desk")
    expect(phone(page)).to_have_count(0)  # until it is chosen there is only the SIP phone
    page.get_by_text("In the browser").click()
    expect(phone(page)).to_contain_text("Ready to be rung")
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    assert members(pair) == {BROWSER}

    with agent.context.new_page() as second:
        second.goto(f"{agent.url}desk")
        expect(phone(second)).to_contain_text("Another tab has the phone")

    # It rings, and goes on ringing when the page is loaded again: for Asterisk it is one ring.
    caller = ears.caller_calls("4000")
    expect(phone(page)).to_contain_text("Bob calls")
    look(page, "browser-phone-ringing")
    page.reload()
    expect(phone(page)).to_contain_text("Bob calls")
    assert violations(page) == []
    press(page, "Answer")
    expect(state(page)).to_have_text("Talking")
    pair.ami.action("Ping")
    rung = [event["Event"] for event in pair.ami.events if event.get("Event") in ("AgentCalled", "AgentRingNoAnswer")]
    assert rung == ["AgentCalled"]

    # Heard both ways.
    ears.await_heard({"caller": {"agent"}})
    pitch, decibels = page.evaluate(PITCH)
    assert pitch == pytest.approx(TONES["caller"], abs=8)
    assert decibels > -50
    expect(phone(page)).to_contain_text("Round trip")
    expect(phone(page)).to_contain_text("good")
    for level in ("How loud you are", "How loud the other side is"):
        page.wait_for_function("level => document.querySelector(`meter[aria-label='${level}']`).value > 0.3", arg=level)
    look(page, "browser-phone-talking")

    press(page, "Mute")
    expect(phone(page)).to_contain_text("does not hear you")
    ears.await_heard({"caller": set()})
    press(page, "Mute")
    ears.await_heard({"caller": {"agent"}})

    # Hold by the desk's button, and by the keys of the phone.
    press(page, "Hold")
    expect(state(page)).to_have_text("On hold")
    press(page, "Take back")
    expect(state(page)).to_have_text("Talking")
    press(page, "Keypad")
    for key in "*5":
        press(page, key)
    expect(state(page)).to_have_text("On hold")
    press(page, "#")
    expect(state(page)).to_have_text("Talking")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    press(page, "Devices")
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []
    look(page, "browser-phone-narrow")

    ears.phone("1002", "supervisor")
    press(page, "Hand over…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Wang Wei").click()
    dialog.get_by_role("button", name="Ask first").click()
    expect(page.get_by_role("button", name="Hand over now")).to_be_enabled()
    press(page, "Hand over now")
    expect(phone(page).get_by_role("button", name="Mute")).to_have_count(0)
    ears.await_heard({"caller": {"supervisor"}, "supervisor": {"caller"}})
    pair.outside.action("Hangup", Channel=pair.channel(caller))

    # Who gives up while the page is loaded again is not offered any more; the next one is, and the desk hangs up.
    expect(state(page)).to_have_text("Ready")
    caller = ears.caller_calls("4000")
    expect(phone(page)).to_contain_text("Bob calls")
    page.emulate_media(color_scheme="dark")
    page.evaluate(LANGUAGE, "zh")
    page.reload()
    chinese = page.get_by_role("region", name="浏览器电话")
    expect(chinese).to_contain_text("Bob 来电")
    expect(page.get_by_text("未知来电")).to_be_visible()  # whoever it is has been asked
    press(page, "设备")
    assert page.evaluate(SIDEWAYS) <= 0
    assert violations(page) == []
    look(page, "browser-phone-chinese-dark")
    pair.outside.action("Hangup", Channel=pair.channel(caller))
    expect(chinese).not_to_contain_text("Bob 来电")
    page.emulate_media(color_scheme="light")
    page.evaluate(LANGUAGE, "en")
    page.reload()
    expect(state(page)).to_have_text("Ready")
    expect(phone(page)).to_contain_text("Ready to be rung")
    agent.visit("My callbacks")
    ears.caller_calls("4000")
    expect(page.get_by_role("alert")).to_contain_text("Bob calls")
    press(page, "Answer")
    expect(state(page)).to_have_text("Talking")
    press(page, "Hang up")
    press(page, "Press again to hang up")
    expect(phone(page).get_by_role("button", name="Mute")).to_have_count(0)

    expect(state(page)).to_have_text("Ready")  # in a call, signing out asks for a second press
    press(page, "Sign out")
    expect(state(page)).to_have_text("Signed out")
    assert members(pair) == set()

    # How good the line was stands with the call.
    with Visitor(browser, server.url) as supervisor:
        supervisor.sign_in(Role.SUPERVISOR).open("calls")
        supervisor.page.get_by_role("row").filter(has_text="Wang Wei").get_by_role("link").first.click()
        line = supervisor.page.get_by_role("region", name="How good the line was")
        expect(line.get_by_role("row").filter(has_text="phone in the browser")).to_contain_text("ms")
        expect(line.get_by_role("row").filter(has_text="PBX").filter(has_text="Li Na")).to_have_count(1)
        assert violations(supervisor.page) == []
        look(supervisor.page, "browser-phone-call")
    page.get_by_text("SIP phone").click()
    expect(phone(page)).to_have_count(0)
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    assert members(pair) == {"PJSIP/1001"}
    press(page, "Sign out")
    expect(state(page)).to_have_text("Signed out")


def test_another_microphone_is_taken_in_a_call_and_a_refused_one_is_told(
    agent: Visitor, pair: Pair, tmp_path: Path
) -> None:
    page, ears = agent.page, Ears(pair, tmp_path)
    page.add_init_script("delete AudioContext.prototype.setSinkId")  # as browsers are that cannot choose where it rings
    agent.open("desk")
    page.get_by_text("In the browser").click()
    expect(phone(page)).to_contain_text("Ready to be rung")
    press(page, "Sign in")
    expect(state(page)).to_have_text("Ready")
    caller = ears.caller_calls("4000")
    press(page, "Answer")
    ears.await_heard({"caller": {"agent"}})
    press(page, "Devices")
    microphone = page.get_by_label("Microphone", exact=True)
    expect(microphone.locator("option")).to_have_count(3)  # the system's and Chromium's two false ones
    names = microphone.locator("option").all_inner_texts()
    microphone.select_option(names[-1])
    expect(microphone).not_to_have_value("")
    taken = page.evaluate(CHOSEN)
    ears.await_heard({"caller": {"agent"}})

    page.evaluate(REFUSE)
    microphone.select_option(names[1])
    expect(page.get_by_role("alert")).to_contain_text(f"{names[1]} cannot be used")
    assert page.evaluate(CHOSEN) == taken
    expect(microphone).to_have_value(str(taken))
    assert page.get_by_label("Rings at").is_disabled()
    expect(phone(page)).to_contain_text("This browser cannot choose here")
    assert violations(page) == []
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate(SIDEWAYS) <= 0
    look(page, "browser-phone-devices-refused")
    ears.await_heard({"caller": {"agent"}})
    pair.outside.action("Hangup", Channel=pair.channel(caller))
    expect(state(page)).to_have_text("Ready")
    press(page, "Sign out")
    expect(state(page)).to_have_text("Signed out")


def test_browsers_reach_a_pbx_by_a_certificate_of_the_command(asterisk_tree: Installation) -> None:
    agents = (AgentSettings(number="1001", name="Li Na", has_browser_phone=True),)
    chosen = plan(Settings(agents=agents), installation=asterisk_tree)
    url = f"wss://127.0.0.1:{chosen.ports.http}/ws"
    pbx = chosen.pbx.model_copy(update={"browser_phone_url": url})
    private = PrivateAsterisk(replace(chosen, settings=chosen.settings.model_copy(update={"pbxs": (pbx,)})))
    made = make_certificate(chosen.run / "etc", "127.0.0.1", datetime.now(UTC))
    try:
        private.boot()
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(url, subprotocols=[Subprotocol("sip")])
        trusting = ssl.create_default_context(cafile=made.certificate)
        with connect(url, ssl=trusting, subprotocols=[Subprotocol("sip")]) as socket:
            socket.send(REGISTER)
            assert str(socket.recv(timeout=30)).startswith("SIP/2.0 401")
    finally:
        private.remove()
