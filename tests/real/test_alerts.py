"""Alerts beside a real Asterisk: rules come true and cease to be; a browser takes notice; a TV loses its board."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.recordings.library import LATE_SECONDS
from callcenter.settings import AgentSettings, QueueSettings
from tests.real.browsing import PATIENCE_SECONDS, Visitor, violations
from tests.real.conftest import Pair, running_pair
from tests.real.feed import Feed, cookie_of
from tests.real.holding import taken_over
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

SEAT = "pbx1/PJSIP/1001"
HEADER_BYTES = 44

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre of two agents, both signed in."""
    queues = {"support": QueueSettings(extension="4000", label="Support 客服", ring_seconds=3, wrap_up_seconds=1)}
    agents = tuple(
        AgentSettings(number=number, name=name, team="Day", queues=("support",))
        for number, name in (("1001", "Li Na"), ("1002", "Wang Wei"))
    )
    with running_pair(OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.sign_in("1001", queues=1)
        yield pair


class Office:
    """A supervisor who sets rules and watches the feed."""

    def __init__(self, server: Serving, feed: Feed) -> None:
        self.url, self._feed = server.url, feed
        self._http = httpx.Client(
            base_url=server.url, headers=PANEL | {"Cookie": cookie_of(server.url, Role.SUPERVISOR)}
        )
        for rule in self.ask("GET", "/api/alert-rules")["rules"]:
            self.ask("PATCH", f"/api/alert-rules/{rule['id']}", is_enabled=False)

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def ask(self, method: str, path: str, **fields: Any) -> Any:
        answer = self._http.request(method, path, json=fields or None)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    @contextmanager
    def rule(self, kind: str, **fields: Any) -> Iterator[None]:
        """A rule that is in force for the block."""
        rule = self.ask("POST", "/api/alert-rules", kind=kind, **fields)
        yield
        self.ask("DELETE", f"/api/alert-rules/{rule['id']}")

    def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Waits until this holds, looking whenever the feed brings something: a heartbeat at the latest."""
        self._feed.until(holds, seconds)

    def raised(self, kind: str, seconds: float = 20) -> dict[str, Any]:
        """The alert of this kind, once it is shown."""
        found: list[dict[str, Any]] = []

        def is_shown() -> bool:
            alerts = self._feed.entities.get("alerts", {})
            found[:] = [alert for alert in alerts.values() if alert["kind"] == kind]
            return bool(found)

        self.until(is_shown, seconds)
        return found[0]

    def cleared(self, kind: str) -> dict[str, Any]:
        """The last alert of this kind, once it is over."""

        def is_gone() -> bool:
            return all(alert["kind"] != kind for alert in self._feed.entities["alerts"].values())

        self.until(is_gone)
        for _ in range(50):
            alerts = self.ask("GET", f"/api/alerts?kind={kind}&limit=1")["alerts"]
            if alerts and alerts[0]["cleared_at"] is not None:
                return dict(alerts[0])
            self._feed.take()  # a heartbeat comes at the latest; the row is written half a second after the frame
        raise AssertionError(f"{kind} stays open")


@pytest.fixture
def office(server: Serving) -> Iterator[Office]:
    with Feed(server.url) as feed:
        feed.until(lambda: True)
        office = Office(server, feed)
        yield office
        office.close()


def pauses(pair: Pair, agent: str, reason: str = "") -> None:
    """An agent pauses with a reason, or is ready again without one."""
    paused = "true" if reason else "false"
    answer = pair.ami.action("QueuePause", Interface=f"PJSIP/{agent}", Paused=paused, Reason=reason)
    assert answer["Response"] == "Success", answer


# --- six rules ------------------------------------------------------------------------------------------------------


def test_away_for_longer_than_its_reason_allows(pair: Pair, office: Office) -> None:
    with office.rule("away_long", limits={"meal": 2}):
        pauses(pair, "1001", "meal")
        alert = office.raised("away_long")
        assert (alert["subject_id"], alert["threshold"]) == (SEAT, 2)
        assert (alert["who"]["agent_name"], alert["who"]["reason"]) == ("Li Na", "meal")
        assert 2 <= alert["raised_at"] - alert["since"] < 2.5
        pauses(pair, "1001")
        assert office.cleared("away_long")["value"] >= 2


def test_phone_that_is_let_ring_and_does_so_again(pair: Pair, office: Office) -> None:
    pair.behave("1001", do="ignore")
    with office.rule("ring_long", threshold=1), office.rule("rings_unanswered", threshold=2):
        caller = pair.customer_calls("4000")
        alert = office.raised("ring_long")
        assert alert["subject_id"] == SEAT
        repeated = office.raised("rings_unanswered")
        assert (repeated["subject_id"], repeated["value"]) == (SEAT, 2)
        pair.outside.action("Hangup", Channel=pair.channel(caller))
        office.cleared("ring_long")
    pair.quieten()
    pair.behave("1001", do="answer")


def test_caller_who_is_held_too_long(pair: Pair, office: Office) -> None:
    pair.behave("1001", do="answer", after=0)
    pair.ami.events.clear()
    with office.rule("hold_long", threshold=2):
        pair.customer_calls("4000")
        pair.ami.wait_for("AgentConnect", seconds=30)
        with taken_over(pair, "1001") as phone:
            phone.hold()
            alert = office.raised("hold_long")
            assert (alert["subject_id"], alert["who"]["queue"]) == (SEAT, "support")
            phone.take_back()
            assert office.cleared("hold_long")["value"] >= 2
            phone.hang_up()
    pair.quieten()


def test_too_many_callers_waiting_and_for_too_long(pair: Pair, office: Office) -> None:
    pauses(pair, "1001", "meal")
    with office.rule("callers_waiting", scope="queue", threshold=1), office.rule("wait_long", threshold=2):
        pair.customer_calls("4000", caller="13800138001")
        pair.customer_calls("4000", caller="13800138002")
        alert = office.raised("callers_waiting")
        assert (alert["subject_id"], alert["value"], alert["who"]["label"]) == ("pbx1/support", 2, "Support 客服")
        assert office.raised("wait_long")["subject_id"] == "pbx1/support"
        pair.quieten()
        office.cleared("callers_waiting")
        office.cleared("wait_long")
    pauses(pair, "1001")


def test_fewer_staffed_seats_than_there_must_be(pair: Pair, office: Office) -> None:
    with office.rule("staffing_low", threshold=1):
        pauses(pair, "1001", "meal")
        alert = office.raised("staffing_low")
        assert (alert["subject_kind"], alert["value"]) == ("all", 0)
        pair.sign_in("1002", queues=1)
        assert office.cleared("staffing_low")["value"] == 0
    pauses(pair, "1001")
    pair.dial("1002", "*71")
    pair.ami.wait_for("QueueMemberRemoved", Interface="PJSIP/1002")


def test_recording_that_is_taken_away(pair: Pair, office: Office) -> None:
    pair.ami.events.clear()
    earlier = _recorded(pair)
    with office.rule("recordings_missing"):
        pair.customer_calls("4000")
        pair.ami.wait_for("AgentConnect", seconds=30)
        office.until(lambda: _recorded(pair) > earlier)
        for file in _recorded(pair) - earlier:
            file.unlink()
        pair.quieten()
        alert = office.raised("recordings_missing", LATE_SECONDS + 15)
        assert (alert["subject_id"], alert["value"], alert["who"]["label"]) == ("pbx1/support", 1, "Support 客服")


def _recorded(pair: Pair) -> set[Path]:
    """The files of recordings that have begun."""
    return {file for file in pair.centre.recordings.rglob("*.wav") if file.stat().st_size > HEADER_BYTES}


# --- in the browser -------------------------------------------------------------------------------------------------


def test_alert_is_acknowledged_with_a_note(pair: Pair, server: Serving, office: Office, browser: Browser) -> None:
    with office.rule("away_long", limits={"meal": 1}), Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("floor")
        expect(page.locator(f'[data-seat="{SEAT}"]')).to_have_attribute("data-state", "ready")
        pauses(pair, "1001", "meal")
        bell = page.get_by_role("button", name="Alerts: 1 not acknowledged")
        expect(bell).to_be_visible()
        expect(page.locator(f'[data-seat="{SEAT}"]')).to_contain_text("Away too long")
        bell.click()
        drawer = page.get_by_role("dialog", name="Open alerts")
        expect(drawer).to_contain_text("Li Na (1001): away (Meal) for")
        assert violations(page) == []
        drawer.get_by_role("button", name="Acknowledge").click()
        drawer.get_by_label("Note").fill("He knows. <b>Back at two</b>")
        drawer.get_by_role("button", name="Acknowledge").click()
        expect(drawer).to_contain_text("Acknowledged by Supervisor: He knows. <b>Back at two</b>")
        expect(page.get_by_role("button", name="Alerts: 0 not acknowledged")).to_be_attached()
        drawer.get_by_role("link", name="History and rules").click()
        history = page.get_by_role("region", name="History")
        expect(history.get_by_role("row").filter(has_text="Back at two").first).to_contain_text("still open")
        pauses(pair, "1001")
        expect(page.get_by_text("No open alerts")).to_be_visible()


def test_wallboard_is_opened_by_its_link_and_lost_when_that_is_revoked(
    server: Serving, office: Office, browser: Browser
) -> None:
    with Visitor(browser, server.url) as visitor, Visitor(browser, server.url, (1920, 1080)) as tv:
        page = visitor.sign_in(Role.SUPERVISOR).page
        visitor.open("alerts/wallboards")
        page.get_by_role("button", name="New wallboard").click()
        page.get_by_role("dialog").get_by_label("Name", exact=True).fill("Hall 大厅")
        page.get_by_role("button", name="Make link").click()
        link = page.get_by_role("dialog").locator("code").inner_text()
        page.get_by_role("button", name="I have kept it").click()
        tv.page.goto(link)
        expect(tv.page.get_by_role("heading", name="Hall 大厅")).to_be_visible()
        expect(tv.page.get_by_text("Live")).to_be_visible()
        expect(tv.page.get_by_role("row").filter(has_text="Support 客服")).to_be_visible()
        assert violations(tv.page) == []
        assert tv.context.cookies() == []
        page.get_by_role("button", name="Revoke").click()
        page.get_by_role("button", name="Really revoke?").click()
        expect(tv.page.get_by_text("This link opens no wallboard")).to_be_visible(timeout=5000)
        tv.complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_alerts_has_accessibility_violations(
    server: Serving, office: Office, browser: Browser, scheme: str
) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for path, landmark in (("alerts", "History"), ("alerts/rules", "Rules"), ("alerts/wallboards", "Wallboards")):
            visitor.open(path)
            expect(page.get_by_role("region", name=landmark)).to_be_visible()
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
            assert violations(page) == []
        visitor.open("alerts/rules")
        page.get_by_role("button", name="Edit").first.click()
        expect(page.get_by_role("dialog")).to_contain_text("When it is in force")
        page.wait_for_timeout(400)  # the dialog fades in, and what is half transparent has too little contrast
        assert violations(page) == []
        visitor.open("alerts/deliveries")
        expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
        assert violations(page) == []
