"""The library in a real browser: a span becomes a clip by keyboard, agents hear it, playlists go on by themselves."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from tests.real.browsing import PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.real.one_call import SECONDS, serving_one_call
from tests.serving import PANEL, PASSWORD, Serving

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=alert(1)> patience"
DAY = 86_400.0
LOUDNESS = """async () => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    const sound = context.createMediaElementSource(document.querySelector('audio'));
    sound.connect(analyser).connect(context.destination);
    await context.resume();
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let look = 0; look < 20; look += 1) {
        await new Promise((done) => setTimeout(done, 50));
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
    }
    return loudest;
}"""
"""The loudest of what the page sounds like for a second."""

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that has one recorded call of agent 1001, whose PBX is away."""
    agent = NewUser(Role.AGENT.value, PASSWORD, (Role.AGENT,), agent_number="1002")
    with serving_one_call(tmp_path_factory.mktemp("centre"), Role.QA, Role.SUPERVISOR, agent) as server:
        yield server


@pytest.fixture
def reviewer(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url) as visitor:
        visitor.sign_in(Role.QA)
        yield visitor
        for kind in ("clips", "playlists"):
            for one in visitor.context.request.get(f"{visitor.url}api/{kind}").json()[kind]:
                visitor.context.request.delete(f"{visitor.url}api/{kind}/{one['id']}", headers=PANEL)


@pytest.fixture
def agent(server: Serving, browser: Browser) -> Iterator[Visitor]:
    with Visitor(browser, server.url, PHONE) as visitor:
        yield visitor.sign_in(Role.AGENT)


def _until(page: Page, expression: str) -> None:
    """Waits until this of the audio element `a` is true: the page forbids a waiting of its own by its policy."""
    for _ in range(PATIENCE_SECONDS * 10):
        if page.evaluate(f"(a => {expression})(document.querySelector('audio'))"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never {expression}")


def _made(reviewer: Visitor, title: str, **change: Any) -> int:
    """A clip of two seconds that was made over the API; its id."""
    clip = {
        "recording_id": 1,
        "from_seconds": 2.0,
        "to_seconds": 4.0,
        "kind": "problem",
        "title": {"en": title, "zh": ""},
        "topics": ["Listening"],
        "language": "en",
        "audience": "all",
        "kept_until": time.time() + 30 * DAY,
    } | change
    answer = reviewer.context.request.post(f"{reviewer.url}api/clips", headers=PANEL, data=clip)
    assert answer.ok, answer.text()
    made: int = answer.json()["id"]
    return made


def _press_on(visitor: Visitor, control: Locator, key: str = "Enter") -> None:
    """Goes there with Tab and presses the key."""
    visitor.tab_to(lambda: bool(control.count()) and control.evaluate("e => e === document.activeElement"))
    visitor.page.keyboard.press(key)


def _fits(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fits


def test_a_looped_span_is_added_by_keyboard_published_and_heard(reviewer: Visitor, agent: Visitor) -> None:
    page, keys = reviewer.page, reviewer.page.keyboard
    agent.open("library")
    expect(agent.page.get_by_text("No clips yet")).to_be_visible()
    reviewer.open("library")
    expect(page.get_by_text("mark a span in its player")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Find a call").click()
    reviewer.open("calls/pbx1/1763812800.1")
    _until(page, "a?.readyState > 0")
    page.get_by_label("Position in the recording").focus()
    keys.press("ArrowRight")
    _until(page, "Math.abs(a.currentTime - 5) < 0.3")
    keys.press("a")
    keys.press("ArrowRight")
    _until(page, "Math.abs(a.currentTime - 10) < 0.3")
    keys.press("b")
    page.evaluate(f"{SECONDS} = 9; document.querySelector('audio').addEventListener('seeked', () => {{ looped = 1 }})")
    keys.press("Space")
    _until(page, "window.looped && a.currentTime < 8")
    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Add the span to the library")
    keys.press("Escape")
    keys.press("l")
    dialog = page.get_by_role("dialog", name="Add to the library")
    expect(dialog.get_by_label("From (seconds)")).to_have_value("5 s")
    expect(dialog.get_by_label("To (seconds)")).to_have_value("10 s")
    assert page.evaluate("document.querySelector('audio').paused")
    assert violations(page) == []
    for name, text in (("English", EVIL), ("Chinese", "耐心倾听")):
        _press_on(reviewer, dialog.get_by_label(f"Title ({name})"), "End")
        keys.type(text)
    _press_on(reviewer, dialog.get_by_label("Topics"), "End")
    keys.type("Listening")
    keys.press("Enter")
    _press_on(reviewer, dialog.get_by_role("button", name="Add to the library"))
    expect(page.get_by_text("It is in the library.")).to_be_visible()
    expect(dialog).to_have_count(0)
    told = page.get_by_role("region", name="Clips of this recording")
    expect(told.get_by_role("row").nth(1)).to_contain_text("0:05–0:10")
    assert violations(page) == []
    _press_on(reviewer, told.get_by_role("link", name=EVIL))
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=EVIL))
    expect(card).to_contain_text("only in playlists")
    agent.page.reload()
    expect(agent.page.get_by_text("No clips yet")).to_be_visible()
    _press_on(reviewer, card.get_by_role("button", name=f"Publish: {EVIL}"))
    expect(card).to_contain_text("published to all agents")
    expect(card).to_contain_text("plays: 0 · listeners: 0")
    assert violations(page) == []
    _hear(agent)
    page.reload()
    expect(card).to_contain_text("plays: 1 · listeners: 1")
    card.get_by_role("link", name=f"The call of: {EVIL}").click()
    expect(page.get_by_role("heading", name="Clips of this recording")).to_be_visible()
    _until(page, "a?.readyState > 0 && Math.abs(a.currentTime - 5) < 0.3")


def _hear(agent: Visitor) -> None:
    page = agent.page
    page.reload()
    page.get_by_role("button", name=f"Play: {EVIL}").click()
    _until(page, "!a.paused && a.currentTime > 0.5")
    assert page.evaluate(LOUDNESS) > 0.05
    expect(page.get_by_label("Position in the recording")).to_be_focused()
    assert _fits(page)
    for secret in ("plays:", "qa", "The call"):
        expect(page.get_by_role("listitem").filter(has_text=EVIL)).not_to_contain_text(secret)
    _until(page, "a.ended")
    expect(page.get_by_text("Heard")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="耐心倾听")).to_be_visible()
    assert violations(page) == []


def test_clips_are_found_by_topic_kind_and_words_and_changed(reviewer: Visitor) -> None:
    _made(reviewer, "Interrupts")
    _made(reviewer, "Greets well", kind="exemplary", topics=["Greeting"], audience="playlists")
    page = reviewer.page
    reviewer.open("library")
    titles = page.get_by_role("list").get_by_role("heading")
    expect(titles).to_have_text(["Greets well", "Interrupts"])
    page.get_by_role("button", name="Greeting (1)").click()
    expect(titles).to_have_text(["Greets well"])
    page.reload()
    expect(page.get_by_role("button", name="Greeting (1)")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("search").get_by_text("Problem").click()
    expect(page.get_by_text("No such clips")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Show all clips").click()
    page.get_by_role("searchbox", name="Title, note or topic").fill("interr")
    expect(titles).to_have_text(["Interrupts"])
    page.get_by_role("button", name="Change: Interrupts").click()
    dialog = page.get_by_role("dialog", name="Change")
    for language in ("English", "Chinese"):
        dialog.get_by_label(f"Title ({language})").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Write a title in one of the languages").first).to_be_visible()
    reviewer.complaints.clear()  # the browser's own line about what was refused
    dialog.get_by_label("Title (Chinese)").fill("打断客户 interrupts")
    dialog.get_by_label("Last day").fill("2026-12-31" if time.time() < 1_798_000_000 else "2027-12-31")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(titles).to_have_text(["打断客户 interrupts"])
    expect(page.get_by_role("list")).to_contain_text("31 Dec")
    page.get_by_role("button", name="Delete: 打断客户 interrupts").click()
    page.get_by_role("button", name="Delete with its sound?").click()
    expect(page.get_by_text("No such clips")).to_be_visible()


def test_a_playlist_is_put_in_order_shared_and_plays_on(reviewer: Visitor, agent: Visitor) -> None:
    for title in ("First", "Second", "Third"):
        _made(reviewer, title, audience="playlists")
    page = reviewer.page
    reviewer.open("library/playlists")
    expect(page.get_by_text("No playlists yet")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="New playlist").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Words are needed in one language.").first).to_be_visible()
    page.get_by_label("Title (English)").fill("New colleagues")
    page.get_by_label("Title (Chinese)").fill("新员工")
    for title in ("First", "Second", "Third"):
        page.get_by_role("combobox", name="Add a clip").fill(title)
        page.get_by_role("option", name=title).click()
    order = page.get_by_role("list", name="Order of the clips").get_by_role("listitem")
    expect(order).to_contain_text(["First", "Second", "Third"])
    page.get_by_role("button", name="Move up: Third").focus()
    page.keyboard.press("Enter")
    expect(order).to_contain_text(["First", "Third", "Second"])
    expect(page.get_by_role("button", name="Move up: Third")).to_be_focused()
    expect(page.get_by_text("Third: place 2 of 3")).to_be_attached()
    order.nth(2).drag_to(order.nth(0))
    expect(order).to_contain_text(["Second", "First", "Third"])
    page.get_by_role("button", name="Remove: First").click()
    expect(order).to_contain_text(["Second", "Third"])
    assert violations(page) == []
    page.get_by_role("switch", name="Published to agents").press("Space")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="New colleagues")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Change the playlist").click()
    expect(order).to_contain_text(["Second", "Third"])
    page.get_by_role("button", name="Cancel").click()
    _hear_through(agent)
    reviewer.open("library")
    for answer in ("It is the last in “New colleagues” now.", "It is in “New colleagues” already."):
        page.get_by_role("button", name="Into a playlist: First").click()
        item = page.get_by_role("menuitem", name="New colleagues")
        expect(item).to_be_visible()
        assert violations(page) == []
        item.click()
        expect(page.get_by_text(answer)).to_be_visible()
    reviewer.open("library/playlists")
    page.get_by_role("link", name="New colleagues").click()
    expect(page.get_by_role("button", name="3. First")).to_be_visible()
    page.get_by_role("button", name="Delete the playlist").click()
    page.get_by_role("button", name="Delete it? Its clips stay.").click()
    expect(page.get_by_text("No playlists yet")).to_be_visible()


def _hear_through(agent: Visitor) -> None:
    page = agent.page
    agent.open("library/playlists")
    expect(page.get_by_role("row").filter(has_text="New colleagues")).to_contain_text("0 of 2 heard")
    assert violations(page) == []
    page.get_by_role("link", name="New colleagues").click()
    page.get_by_role("button", name="Play all").click()
    expect(page.get_by_text("Playing 1 of 2: Second")).to_be_visible()
    first = page.evaluate("document.querySelector('audio').src")
    page.get_by_role("combobox", name="Speed").click()
    page.get_by_role("option", name="0.75×").click()
    expect(page.get_by_text("Playing 2 of 2: Third")).to_be_visible()
    _until(page, "!a.paused && a.currentTime > 0.2")
    assert page.evaluate("document.querySelector('audio').src") != first
    assert page.evaluate("document.querySelector('audio').playbackRate") == 0.75
    expect(page.get_by_text("2 of 2 heard")).to_be_visible()
    assert violations(page) == []
    assert _fits(page)
    agent.open("library/playlists/new")
    expect(page.get_by_text("Your account may not see this")).to_be_visible()


@pytest.mark.parametrize("path", ["library", "library/playlists"])
def test_empty_pages_say_what_to_do_in_chinese_and_dark(agent: Visitor, path: str) -> None:
    page = agent.page
    page.emulate_media(color_scheme="dark")
    page.add_init_script("localStorage.setItem('callcenter.language', 'zh')")
    agent.open(path)
    expect(page.get_by_text("会显示在这里")).to_be_visible()
    assert violations(page) == []
    assert _fits(page)
