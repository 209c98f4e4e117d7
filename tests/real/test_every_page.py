"""Every page of the panel, found by its links: axe finds nothing, in both languages and themes, wide and narrow."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.app import running
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from tests.facts import a_call, one_of_each
from tests.real.browsing import DESK, PATIENCE_SECONDS, PHONE, Visitor, look, violations
from tests.serving import PANEL, PASSWORD, Serving, serving_with
from tests.test_odd_input import FITTING

pytestmark = pytest.mark.real

expect.set_options(timeout=PATIENCE_SECONDS * 1000)

LINKS = "[...document.querySelectorAll('nav a, [role=menu] a, main a')].map((link) => link.getAttribute('href'))"
ROUTE = re.compile(r'<Route path="([^"]+)"')
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"

LOOKS: tuple[tuple[str, Literal["light", "dark"], tuple[int, int]], ...] = (
    ("en", "light", DESK),
    ("zh", "dark", PHONE),
)
ADA = NewUser("ada", PASSWORD, (Role.ADMIN, Role.AGENT), agent_number="1001")
SETTINGS = Settings(
    pbxs=(PbxSettings(name=a_call().pbx, port=9),),
    queues={"sales": QueueSettings(label="Sales"), "support": QueueSettings(label="Support 客服")},
    agents=(AgentSettings(number="1001", name="Li", team="Team A", queues=("sales",)),),
)

ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
MADE = {
    "customers": {"record": {"name": "Li Wei", "numbers": [{"number": "13800138000"}]}},
    "tickets": {"ticket": {"type": "complaint", "subject": "Lamp broken", "owner_agent": "1001"}},
    "lists": {"name": "Autumn", "queue": "sales", "windows": ALWAYS},
    "review-forms": FITTING["POST /api/review-forms"],
    "playlists": {"title": {"en": "Good beginnings", "zh": "好的开场"}, "clips": []},
}
ELSEWHERE = {
    "/callbacks/records/:attempt", "/quality/calibrations/:id", "/quality/reviews/:id", "/my-reviews/:id",
    "/erasures/:id",
}  # fmt: skip
"""What leads there is work of several people; the tests of that work look at these pages."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A centre in which each thing has happened once, and whose PBX is away."""
    with serving_with(tmp_path_factory.mktemp("centre"), SETTINGS, ADA, filled=_fill) as server:
        yield server


async def _fill(folder: Path) -> None:
    given = {"data_folder": folder / "var", "database_url": f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}"}
    async with running(SETTINGS.model_copy(update=given)) as app:
        app.recorder.note(one_of_each())
        await app.recorder.flush()


def routes() -> set[str]:
    """The addresses that the panel knows, as its source has them."""
    return set(ROUTE.findall(Path("web/src/App.tsx").read_text(encoding="utf-8")))


def route_of(path: str, known: set[str]) -> str:
    """Which of them a path is: one without holes before one with."""

    def fits(route: str) -> bool:
        pattern = re.sub(r"/:\w+\?|/\*\?", r"(/[^/]+)?", route)
        return re.fullmatch(re.sub(r":\w+", r"[^/]+", pattern), path) is not None

    return min(filter(fits, known), key=lambda route: route.count(":"))


def settled(page: Page) -> None:
    """Waits until the page has its heading and has been told what it asked for."""
    expect(page.locator("main h1").first).to_be_attached()
    page.wait_for_load_state("networkidle")


def looked_at(visitor: Visitor, way: str) -> list[str]:
    """What is wrong with a page: at a desk, English and light; at a phone, Chinese and dark."""
    found, page, name = [], visitor.page, re.sub(r"\W+", "-", way).strip("-") or "start"
    for language, scheme, (width, height) in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.evaluate("language => localStorage.setItem('callcenter.language', language)", language)
        visitor.open(way.lstrip("/"))
        settled(page)
        look(page, f"every-{name}-{language}-{scheme}")
        found += [f"{way}, {language}: {one}" for one in violations(page)]
        if (wider := page.evaluate(SIDEWAYS)) > 0:
            found.append(f"{way}, {language}: {wider} px wider than the window")
    return found


def test_every_page_is_for_everybody(server: Serving, browser: Browser) -> None:
    known, wrong, seen, gone = routes(), list[str](), set[str](), set[str]()
    with Visitor(browser, server.url) as visitor:
        page = visitor.sign_in(ADA.username).page
        for path, body in MADE.items():
            made = page.request.post(f"{server.url}api/{path}", headers=PANEL, data=body)
            assert made.ok, (path, made.text())
        visitor.open()
        settled(page)
        page.get_by_role("button", name="Account of").click()
        expect(page.get_by_role("menu")).to_be_visible()
        ways = ["/", "/books", *page.evaluate(LINKS)]  # the way to the books is shown while a link is up
        while ways:
            way = ways.pop(0)
            path = way.partition("?")[0].partition("#")[0]
            if not path.startswith("/") or path.startswith("/api/") or path in seen:
                continue
            route = route_of(path, known)
            if ":id" in route and route in gone:
                continue
            seen.add(path)
            gone.add(route)
            wrong += looked_at(visitor, path)
            ways += page.evaluate(LINKS)
        visitor.complaints[:] = [one for one in visitor.complaints if "WebSocket" not in one]
    assert wrong == []
    assert known - gone == ELSEWHERE
