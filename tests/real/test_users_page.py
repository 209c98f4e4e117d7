"""The page *Users* where there are more of them than a page shows, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.tables import User
from callcenter.settings import Settings
from callcenter.store.engine import make_engine, make_sessions
from tests.real.browsing import PATIENCE_SECONDS, Visitor, look, violations
from tests.serving import Serving, serving_with

pytestmark = pytest.mark.real

AGENTS = 60

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


async def _fill(folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    async with make_sessions(engine).begin() as session:
        for number in range(AGENTS):
            names = {"username": f"li{number}", "username_key": f"li{number}", "name": f"Li {number}"}
            session.add(User(**names, password_hash="", roles=[Role.AGENT], language="", created_at=0.0))
    await engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with an administrator and many agents."""
    with serving_with(tmp_path_factory.mktemp("users"), Settings(), Role.ADMIN, filled=_fill) as server:
        yield server


def test_more_users_are_loaded_and_one_is_found(server: Serving, browser: Browser) -> None:
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(Role.ADMIN).page
        visitor.open("users")
        users = page.get_by_role("region", name="Users")
        rows, more = users.locator("tbody tr"), users.get_by_role("button", name="Show more")
        expect(rows).to_have_count(50)
        more.click()
        expect(rows).to_have_count(AGENTS + 1)
        expect(more).to_have_count(0)
        search = users.get_by_label("Name or agent number")
        search.fill(" LI 59 ")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("li59")
        search.fill("%")
        expect(users).to_contain_text("No user like this")
        assert violations(page) == []
        look(page, "no-such-user")
        page.reload()
        expect(search).to_have_value("%")
        expect(users).to_contain_text("clear the search")
        search.fill("")
        expect(rows).to_have_count(50)
        look(page, "users")
