"""The panel's files: what exists, pages of the panel, nothing outside its folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from callcenter.panel_files import PanelFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built panel; beside it a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("hunter2")
    (tmp_path / "panel" / "assets").mkdir(parents=True)
    (tmp_path / "panel" / "index.html").write_text("<title>panel</title>")
    (tmp_path / "panel" / "icon.svg").write_text("<svg/>")
    (tmp_path / "panel" / "assets" / "main-4fe1.js").write_text("export {}")
    return tmp_path / "panel"


@pytest.fixture
async def browser(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a server of that folder."""
    web = Starlette(routes=[Route("/{path:path}", PanelFiles(folder).answer)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://centre") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/index.html", "/floor", "/calls/north/1763800000.12", "/assets", "/assets/.."])
async def test_pages_are_the_index_and_are_asked_for_again(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.text) == (200, "<title>panel</title>")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/html")


async def test_asset_is_kept_for_ever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/main-4fe1.js")
    assert (answer.status_code, answer.text) == (200, "export {}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in answer.headers["content-type"]


async def test_asset_of_an_older_panel_is_not_found_and_not_kept(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/main-0000.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_other_file_is_asked_for_again(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/icon.svg")
    assert (answer.text, answer.headers["cache-control"]) == ("<svg/>", "no-cache")
    again = await browser.get("/icon.svg", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//secret.txt",
        "/..%5csecret.txt",
    ],
)
async def test_no_path_leads_out_of_the_folder(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(httpx.URL("http://centre").copy_with(raw_path=path.encode()))
    assert "hunter2" not in answer.text


async def test_odd_paths_are_no_failure(browser: httpx.AsyncClient) -> None:
    for path in ("/%00", "/" + "x" * 5000):
        assert (await browser.get(path)).status_code in (200, 404)


async def test_link_out_of_the_folder_is_not_followed(browser: httpx.AsyncClient, folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    assert "hunter2" not in (await browser.get("/link.txt")).text


async def test_panel_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    panel = PanelFiles(tmp_path / "panel")
    web = Starlette(routes=[Route("/{path:path}", panel.answer)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://centre") as browser:
        answer = await browser.get("/")
    assert not panel.is_built
    assert answer.status_code == 503
    assert "make panel" in answer.text
