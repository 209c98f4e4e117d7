"""The way of phones in browsers, against real TLS servers with certificates as callcenter makes them."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcenter.asterisk.certificates import make_certificate
from callcenter.asterisk.websockets import fits
from callcenter.doctor.checks import Row, look
from callcenter.doctor.findings import Finding, Status
from callcenter.settings import AgentSettings, BrowserPhoneSettings, PbxSettings, Settings

SIP = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

Serve = Callable[..., Awaitable[int]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Answers each connection with these bytes, by TLS with a certificate that was made so many days ago; its port."""
    async with AsyncExitStack() as stack:

        async def start(
            answer: bytes = SIP, *, days_ago: float = 0, host: str = "127.0.0.1", is_secure: bool = True
        ) -> int:
            context = None
            if is_secure:
                made = make_certificate(tmp_path, host, datetime.now(UTC) - timedelta(days=days_ago), force=True)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(made.certificate, made.key)

            async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                request = await reader.readuntil(b"\r\n\r\n")
                assert b"Sec-WebSocket-Protocol: sip" in request
                writer.write(answer)
                await writer.drain()
                writer.close()

            server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
            await stack.enter_async_context(server)
            port: int = server.sockets[0].getsockname()[1]
            return port

        yield start


async def rows(tmp_path: Path, url: str, *, has_any: bool = True) -> list[Row]:
    """What the doctor says of a centre with this one PBX, whose AMI is away."""
    settings = Settings(
        pbxs=(PbxSettings(port=1, browser_phone_url=url),),
        agents=(AgentSettings(number="1001", name="Li Na", has_browser_phone=has_any),),
        browser_phone=BrowserPhoneSettings(secret="a secret of phones"),  # type: ignore[arg-type]
        data_folder=tmp_path,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'none.db'}",
    )
    return await look(lambda: settings)


async def seen(tmp_path: Path, port: int, scheme: str = "wss") -> dict[str, Finding]:
    found = await rows(tmp_path, f"{scheme}://127.0.0.1:{port}/ws")
    return {row.name: row.finding for row in found if row.name.startswith("browser_phones")}


async def test_a_fresh_certificate_of_our_own_is_well(tmp_path: Path, serve: Serve) -> None:
    found = await seen(tmp_path, await serve())
    assert {name: finding.status for name, finding in found.items()} == {
        "browser_phones": Status.OK,
        "browser_phones_certificate": Status.OK,
    }
    assert "396 days), signed by itself" in found["browser_phones_certificate"].said


@pytest.mark.parametrize(
    ("days_ago", "status", "said"),
    [
        (397 - 29.5, Status.WARNING, "it expires in 29 days, on "),
        (397 - 30.5, Status.OK, "(30 days)"),
        (397.5, Status.ERROR, "it expired on "),
        (-2, Status.ERROR, "browsers refuse it until then"),
    ],
)
async def test_it_is_to_be_renewed_in_time(
    tmp_path: Path, serve: Serve, days_ago: float, status: Status, said: str
) -> None:
    found = (await seen(tmp_path, await serve(days_ago=days_ago)))["browser_phones_certificate"]
    assert (found.status, said in found.said) == (status, True), found
    command = "callcenter dialplan certificate DIR --host 127.0.0.1 --force"
    assert (command in found.advice) is (status is not Status.OK)


async def test_a_certificate_for_another_host_is_refused_by_browsers(tmp_path: Path, serve: Serve) -> None:
    found = (await seen(tmp_path, await serve(host="pbx.example.org")))["browser_phones_certificate"]
    assert found.status is Status.ERROR
    assert "it is for pbx.example.org, not for 127.0.0.1" in found.said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "not one for SIP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 101", ""),
    ],
)
async def test_whatever_else_answers_is_no_way_for_phones(
    tmp_path: Path, serve: Serve, answer: bytes, said: str
) -> None:
    found = await seen(tmp_path, await serve(answer))
    assert found["browser_phones"].status is Status.ERROR
    assert said in found["browser_phones"].said
    assert "http show status" in found["browser_phones"].advice
    assert found["browser_phones_certificate"].status is Status.OK


async def test_where_nobody_listens_and_where_there_is_no_tls(tmp_path: Path, serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for bad in (port, await serve(is_secure=False)):
        found = await seen(tmp_path, bad)
        assert found["browser_phones"].status is Status.ERROR
        assert found["browser_phones_certificate"].status is Status.UNKNOWN


async def test_by_ws_there_is_no_certificate_and_without_such_phones_no_row(tmp_path: Path, serve: Serve) -> None:
    port = await serve(is_secure=False)
    assert {name: one.status for name, one in (await seen(tmp_path, port, "ws")).items()} == {
        "browser_phones": Status.OK
    }
    for url, has_any in (("", True), (f"wss://127.0.0.1:{port}/ws", False)):
        assert not [row for row in await rows(tmp_path, url, has_any=has_any) if row.name.startswith("browser_phones")]


@pytest.mark.parametrize(
    ("names", "host", "is_for_it"),
    [
        (("pbx.example.org",), "PBX.example.org", True),
        (("*.example.org",), "pbx.example.org", True),
        (("*.example.org",), "a.pbx.example.org", False),
        (("*.example.org",), "example.org", False),
        (("10.0.0.5",), "10.0.0.5", True),
        (("10.0.0.5",), "10.0.0.50", False),
        ((), "pbx.example.org", False),
    ],
)
def test_a_name_of_a_certificate_is_for_a_host(names: tuple[str, ...], host: str, is_for_it: bool) -> None:
    assert fits(names, host) is is_for_it
