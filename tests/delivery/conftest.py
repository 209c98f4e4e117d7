"""Receivers of what leaves the house: a real SMTP server and a real HTTP server on this machine."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from starlette.requests import Request
from starlette.responses import Response

from callcenter.delivery.outbox import Outbox, Ways
from callcenter.settings import MailSettings, WebhookSettings
from callcenter.store.engine import Sessions

LOOPBACK = WebhookSettings(allowed_networks=("127.0.0.0/8",))  # type: ignore[arg-type]

Answering = Callable[[Request], Awaitable[Response]]


class Clock:
    """A clock to turn by hand."""

    def __init__(self) -> None:
        self.now = 1_795_435_200.0

    def __call__(self) -> float:
        return self.now


class Letters:
    """An SMTP server's mailbox: what came, and what it says to each recipient."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(envelope.rcpt_tos)
        return "250 kept"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.login == b"centre" and data.password == b"open sesame"
    return AuthResult(success=known, handled=known)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(["openssl", "req", *options, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def letters(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    """A mail server that wants TLS and a password; its certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    letters = Letters()
    letters.port = free_port()
    controller = Controller(
        letters,
        hostname="127.0.0.1",
        port=letters.port,
        authenticator=login,
        auth_required=True,
        tls_context=context,
        require_starttls=True,
    )
    controller.start()
    yield letters
    controller.stop()


def mail_settings(port: int, **given: Any) -> MailSettings:
    return MailSettings(
        **{
            "host": "127.0.0.1",
            "port": port,
            "username": "centre",
            "secret": "open sesame",
            "sender": "Call centre <centre@example.org>",
            **given,
        }
    )


class Receiver:
    """A webhook's receiver: what came, and how the next ones are answered."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Answering] = []
        self.came = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.got.append((dict(request.headers), await request.body()))
        self.came.set()
        answer = await self.answers.pop(0)(request) if self.answers else Response("thanks")
        await answer(scope, receive, send)

    def says(self, status: int, text: str = "", **headers: str) -> None:
        async def answer(_request: Request) -> Response:
            return Response(text, status, headers)

        self.answers.append(answer)

    def is_slow(self, seconds: float, times: int) -> None:
        async def answer(_request: Request) -> Response:
            await asyncio.sleep(seconds)
            return Response("at last")

        self.answers += [answer] * times

    def hangs(self) -> None:
        async def answer(request: Request) -> Response:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return Response()

        self.answers.append(answer)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """An HTTP server on this machine."""
    receiver = Receiver()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver.port = listener.getsockname()[1]
        config = uvicorn.Config(
            receiver.app, interface="asgi3", lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield receiver
        server.should_exit = True
        await task


@asynccontextmanager
async def sending(
    sessions: Sessions,
    clock: Callable[[], float],
    mail: MailSettings | None = None,
    webhooks: WebhookSettings = LOOPBACK,
) -> AsyncIterator[Outbox]:
    """An outbox at work, its jitter always none."""
    outbox = Outbox(sessions, Ways(mail or MailSettings(), webhooks), clock=clock, chance=lambda: 0.0)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def clock() -> Clock:
    return Clock()
