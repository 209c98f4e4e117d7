"""Users, one's own account and its sessions in a real browser, at a real server that needs no PBX for them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, violations
from tests.serving import PASSWORD, Serving, serving, serving_with, write_settings

pytestmark = pytest.mark.real

SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
OWN = "words of my own"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with a user of each role, and agents of whom one is in a team."""
    folder = tmp_path_factory.mktemp("accounts")
    agents = (AgentSettings(number="1001", name="Li", team="Team A"), AgentSettings(number="1002", name="Wang"))
    settings = Settings(timezone="Asia/Shanghai", agents=agents, queues={"sales": QueueSettings()})
    with serving_with(folder, settings, *Role) as server:
        yield server


@pytest.fixture
def admin(server: Serving, browser: Browser) -> Iterator[Visitor]:
    """An administrator's browser."""
    with Visitor(browser, server.url) as visitor:
        yield visitor.sign_in(Role.ADMIN)


def _choose(page: Page, old: str, new: str, again: str) -> None:
    page.get_by_label("Present password").fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(again)
    page.get_by_role("button", name="Change password").click()


def test_a_user_is_made_chooses_a_password_and_is_disabled_while_at_work(
    server: Serving, browser: Browser, admin: Visitor
) -> None:
    page = admin.page
    admin.open()
    page.get_by_role("button", name="Account of Admin").click()
    page.get_by_role("menuitem", name="Users").click()
    page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User name").fill("li")
    dialog.get_by_label("Name", exact=True).fill("Li <b>Na</b>")
    dialog.get_by_label("Roles").click()
    page.get_by_role("option", name="Agent").click()
    page.keyboard.press("Escape")
    assert violations(page) == []
    dialog.get_by_role("button", name="Make user").click()
    secret = page.get_by_role("dialog").locator("code").inner_text()
    page.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text="Li <b>Na</b>")
    expect(row).to_contain_text("Temporary password until")
    with Visitor(browser, server.url) as newcomer:
        newcomer.open()
        newcomer.enter("li", secret)
        expect(newcomer.page.get_by_role("heading", name="Choose your password")).to_be_visible()
        expect(newcomer.page.get_by_label("Present password")).to_be_focused()
        assert violations(newcomer.page) == []
        _choose(newcomer.page, secret, OWN, OWN + "!")
        expect(newcomer.page.get_by_text("The two are not the same.")).to_be_visible()
        _choose(newcomer.page, secret, OWN, OWN)
        expect(newcomer.page.get_by_role("navigation").get_by_role("link", name="Floor")).to_be_visible()
        page.reload()
        expect(row).to_contain_text("Sessions: 1")
        expect(row).not_to_contain_text("Temporary")
        row.get_by_role("button", name="Disable li").click()
        row.get_by_role("button", name="Really disable").click()
        expect(row).to_contain_text("Disabled")
        # Its live feed ends, which leads back to signing in without a request of the page's own.
        expect(newcomer.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=3000)
    assert violations(page) == []
    row.get_by_role("button", name="Enable li").click()
    expect(row).not_to_contain_text("Disabled")
    assert secret not in server.said
    assert OWN not in server.said


def test_the_last_administrator_is_told_why_the_role_stays(admin: Visitor) -> None:
    page = admin.page
    admin.open("users")
    row = page.get_by_role("region", name="Users").get_by_role("row").filter(has_text="Administrator")
    expect(row.get_by_role("button", name=re.compile("Disable|Reset"))).to_have_count(0)
    row.get_by_role("button", name="Edit admin").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Roles").click()
    page.get_by_role("option", name="Agent").click()
    page.get_by_role("option", name="Administrator").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("last administrator")
    admin.complaints.clear()  # the browser's own line about the refusal


def test_sessions_are_seen_and_ended(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as one, Visitor(browser, server.url) as other:
        page = one.sign_in(Role.SUPERVISOR).page
        other.sign_in(Role.SUPERVISOR).open("floor")
        expect(other.page.get_by_role("navigation")).to_be_visible()
        one.open("profile")
        rows = page.get_by_role("row").filter(has_text="127.0.0.1")
        expect(rows).to_have_count(2)
        expect(rows.filter(has_text="this browser")).to_contain_text(re.compile("Chrome on|HeadlessChrome"))
        assert violations(page) == []
        page.get_by_role("button", name=re.compile("End the session in")).click()
        page.get_by_role("button", name="Really end").click()
        expect(rows).to_have_count(1)
        expect(other.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=3000)


def test_a_second_factor_is_set_up_asked_for_and_taken_away(server: Serving, browser: Browser, admin: Visitor) -> None:
    with Visitor(browser, server.url) as one, Visitor(browser, server.url) as again:
        page = one.sign_in(Role.AGENT).page
        one.open("profile")
        page.get_by_role("button", name="Set up").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Present password").fill(PASSWORD)
        dialog.get_by_role("button", name="Continue").click()
        expect(dialog.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
        assert violations(page) == []
        app = pyotp.TOTP(dialog.locator("code").inner_text().replace(" ", ""))
        dialog.get_by_label("Code of the app").fill(app.now())
        dialog.get_by_role("button", name="Switch on").click()
        codes = page.get_by_role("dialog", name="Recovery codes").locator("code").inner_text().split("\n")
        assert len(codes) == 10
        assert violations(page) == []
        page.get_by_role("button", name="I have kept it").click()
        expect(page.get_by_text("Recovery codes left: 10.")).to_be_visible()

        again.open()
        again.enter(Role.AGENT.value, PASSWORD)
        code = again.page.get_by_label("Code", exact=True)
        expect(code).to_be_focused()
        code.fill("nonsense")
        again.page.keyboard.press("Enter")
        expect(again.page.get_by_role("alert")).to_contain_text("This code is wrong")
        assert violations(again.page) == []
        code.fill(codes[0])
        again.page.keyboard.press("Enter")
        expect(again.page.get_by_role("navigation")).to_be_visible()
        again.complaints.clear()  # the browser's own lines about the refusals

    admin.open("users")
    row = admin.page.get_by_role("row").filter(has_text="Signs in with a code, too")
    row.get_by_role("button", name="Remove code of agent").click()
    row.get_by_role("button", name="Really sign in by password alone?").click()
    expect(row).to_have_count(0)
    assert codes[0] not in server.said


def test_a_wrong_old_password_is_said_at_its_field(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        _change_with_a_mistake(visitor.sign_in(Role.QA))


def _change_with_a_mistake(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("profile")
    _choose(page, "wrong horse battery", OWN, OWN)
    expect(page.get_by_text("this is not your password")).to_be_visible()
    _choose(page, PASSWORD, OWN, OWN)
    expect(page.get_by_text("The password is changed; your other sessions have ended.")).to_be_visible()
    visitor.complaints.clear()  # the browser's own line about the refusal


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_fit_in_both_languages_and_themes(server: Serving, browser: Browser, size: tuple[int, int]) -> None:
    with Visitor(browser, server.url, size) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        for path in ("users", "profile"):
            visitor.open(path)
            for switch in ("中文", "深色主题", "English", "Light theme"):
                page.locator("tbody tr").first.wait_for()
                page.get_by_role("button", name=switch).click()
                page.mouse.move(2, 2)
                expect(page.get_by_role("tooltip")).to_have_count(0)
                assert page.evaluate(SIDEWAYS) <= 0, (path, switch)
                assert violations(page) == [], (path, switch)


def test_the_first_administrator_is_made_with_a_word_of_the_server(tmp_path: Path, browser: Browser) -> None:
    write_settings(tmp_path, Settings(timezone="Asia/Shanghai"))
    with serving(tmp_path) as server, Visitor(browser, server.url) as visitor:
        page = visitor.page
        visitor.open("reports")
        expect(page.get_by_role("heading", name="The first administrator")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("Word from the server").fill("guessed")
        page.get_by_label("User name").fill("root")
        page.get_by_label("Password", exact=True).fill(OWN)
        page.get_by_label("New password again").fill(OWN)
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_text("This is not the word in that file.")).to_be_visible()
        [file] = re.findall(r"word in (\S+?);", server.said)
        page.get_by_label("Word from the server").fill((tmp_path / file).read_text())
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_role("navigation").get_by_role("link", name="Floor")).to_be_visible()
        visitor.complaints.clear()  # the browser's own lines about the refusals
        assert OWN not in server.said


def test_a_role_is_made_from_another_given_and_not_deleted_while_somebody_has_it(admin: Visitor) -> None:
    page = admin.page
    admin.open("users")
    roles, users = page.get_by_role("region", name="Roles"), page.get_by_role("region", name="Users")
    expect(roles.get_by_role("row").filter(has_text="Team leader")).to_contain_text("Comes with the server")
    roles.get_by_role("button", name="Copy Agent").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Role", exact=True).fill("Coach <b>")
    dialog.get_by_label("Work at one's own seat").uncheck()
    dialog.get_by_label("See reports").check()
    assert violations(page) == []
    dialog.get_by_role("button", name="Make role").click()
    row = roles.get_by_role("row").filter(has_text="Coach <b>")
    expect(row).to_contain_text("Nobody")
    row.get_by_text(re.compile("^Permissions: ")).click()
    expect(row).to_contain_text("Reports: See reports")
    users.get_by_role("button", name="Edit qa").click()
    dialog.get_by_label("Roles").click()
    page.get_by_role("option", name="Coach <b>").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    expect(users.get_by_role("row").filter(has_text="Coach <b>")).to_contain_text("QA reviewer")
    expect(row).to_contain_text("qa")
    expect(row.get_by_role("button", name="Delete")).to_have_count(0)
    row.get_by_role("button", name="Edit role Coach <b>").click()
    dialog.get_by_label("Role", exact=True).fill("Trainer")
    dialog.get_by_role("button", name="Save").click()
    expect(users.get_by_role("row").filter(has_text="Trainer")).to_contain_text("QA reviewer")
    users.get_by_role("button", name="Edit qa").click()
    dialog.get_by_label("Roles").click()
    page.get_by_role("option", name="Trainer").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    row = roles.get_by_role("row").filter(has_text="Trainer")
    row.get_by_role("button", name="Delete role Trainer").click()
    row.get_by_role("button", name="Really delete").click()
    expect(row).to_have_count(0)
    assert violations(page) == []


def test_a_user_sees_one_team_and_is_told_so(server: Serving, browser: Browser, admin: Visitor) -> None:
    page = admin.page
    with Visitor(browser, server.url) as leader:
        admin.open("users")
        page.get_by_role("button", name="Edit team_leader").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Some teams and queues").click()
        assert violations(page) == []
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_contain_text("at least one team or queue")
        dialog.get_by_role("combobox", name="Teams").click()
        page.get_by_role("option", name="Team A").click()
        page.keyboard.press("Escape")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row").filter(has_text="only Team A")).to_be_visible()
        admin.complaints.clear()  # the browser's own line about the refusal
        leader.sign_in(Role.TEAM_LEADER).open("floor")
        expect(leader.page.get_by_role("banner").get_by_text("Team A")).to_be_visible()
        expect(leader.page.get_by_text("Li", exact=True)).to_be_visible()
        expect(leader.page.get_by_text("Wang", exact=True)).to_have_count(0)
        assert violations(leader.page) == []
        leader.complaints.clear()  # what is about the whole centre is refused
