"""Another system is asked who calls: a real HTTP server that knows, does not, is slow, breaks, or says too much."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr

from callcenter.customers.crm import FAILURES, MOST_BYTES, Crm, Outside, crm_of
from callcenter.errors import SetupFailed
from callcenter.settings import CrmSettings
from tests.customers.conftest import LI, WANG

KNOWN = {"data": {"name": "Li Wei\n", "tier": 1, "pages": [{"url": "https://crm.example/li"}]}}
PATHS = {"name": "data.name", "level": "data.tier", "link": "data.pages.0.url"}


def says(body: object, status: str = "200 OK", more: str = "") -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{more}\r\n".encode() + content


class Outsider:
    """The other system: remembers who asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = says(KNOWN)
        self.delay_seconds = 0.0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                self.asked.append(head)
                await asyncio.sleep(self.delay_seconds)
                writer.write(self.answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def asked_with(
        self, clock: Callable[[], float] = time.monotonic, **settings: object
    ) -> AbstractAsyncContextManager[Crm]:
        given = {"url": f"{self.url}/of?phone={{number}}", **PATHS, **settings}
        return crm_of(CrmSettings.model_validate(given), clock)


@pytest.fixture
async def outsider() -> AsyncIterator[Outsider]:
    outsider = Outsider()
    server = await asyncio.start_server(outsider.serve, "127.0.0.1", 0)
    outsider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield outsider
    server.close()


async def test_what_it_says_is_kept_for_a_while_and_asked_for_once(outsider: Outsider) -> None:
    async with outsider.asked_with(token=SecretStr("Bearer abc")) as crm:
        first, second = await asyncio.gather(crm.look_up(LI), crm.look_up(LI))
        assert first == second == Outside("Li Wei", "1", "https://crm.example/li")
        assert await crm.look_up(LI) == first
        assert await crm.look_up("") is None
    [head] = outsider.asked
    assert head.startswith("GET /of?phone=%2B8613800138000 HTTP/1.1")
    assert "\r\nauthorization: bearer abc\r\n" in head.lower()


async def test_without_a_cache_it_is_asked_each_time_and_none_is_known_at_once(outsider: Outsider) -> None:
    async with outsider.asked_with(cache_seconds=0) as crm:
        await crm.look_up(LI)
        outsider.answer = says({"detail": "nobody"}, "404 Not Found")
        assert await crm.look_up(LI) is None
    assert len(outsider.asked) == 2


async def test_who_is_slow_is_not_waited_for(outsider: Outsider) -> None:
    outsider.delay_seconds = 5
    began = time.monotonic()
    async with outsider.asked_with(timeout_seconds=0.2) as crm:
        assert await crm.look_up(LI) is None
    assert time.monotonic() - began < 2


BROKEN = {
    "an error": says({}, "500 Internal Server Error"),
    "a redirect": says(KNOWN, "302 Found", "Location: http://169.254.169.254/\r\n"),
    "no JSON": says(b"<html>"),
    "a bomb of brackets": says(b"[" * 50_000),
    "a huge answer": says(b'"' + b"x" * (MOST_BYTES * 4) + b'"'),
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_answer_is_none_and_is_not_kept(outsider: Outsider, kind: str) -> None:
    outsider.answer = BROKEN[kind]
    async with outsider.asked_with() as crm:
        assert await crm.look_up(LI) is None
        outsider.answer = says(KNOWN)
        assert await crm.look_up(LI) is not None
    assert all(head.startswith("GET /of?") for head in outsider.asked)


@pytest.mark.parametrize("body", [[], None, {"data": {"name": ["Li"], "pages": [{"url": "javascript:alert(1)"}]}}])
async def test_what_names_nobody_is_nobody(outsider: Outsider, body: object) -> None:
    outsider.answer = says(body)
    async with outsider.asked_with() as crm:
        assert await crm.look_up(LI) is None


async def test_who_fails_again_and_again_is_left_alone_for_a_while(outsider: Outsider) -> None:
    now = 0.0
    async with outsider.asked_with(lambda: now) as crm:
        outsider.answer = says({}, "503 Service Unavailable")
        for _ in range(FAILURES + 3):
            assert await crm.look_up(LI) is None
        assert len(outsider.asked) == FAILURES
        outsider.answer, now = says(KNOWN), 31.0
        assert await crm.look_up(WANG) is not None


async def test_nobody_there_and_no_crm_set() -> None:
    for url in ("http://127.0.0.1:9/{number}", ""):
        async with crm_of(CrmSettings(url=url)) as crm:
            assert await crm.look_up(LI) is None


async def test_the_token_may_stand_in_a_file(outsider: Outsider, tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    with pytest.raises(SetupFailed, match="token_file"):
        async with outsider.asked_with(token_file=token_file):
            pass
    token_file.write_text("Bearer abc\n", encoding="utf-8")
    async with outsider.asked_with(token_file=token_file, header="X-Key") as crm:
        await crm.look_up(LI)
    assert "\r\nx-key: bearer abc\r\n" in outsider.asked[0].lower()
