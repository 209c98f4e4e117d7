"""Recordings sent from the PBX's machine to a real server: only whole ones, again after a break, removed when old."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from typing_extensions import override

from callcenter.accounts.rules import Role
from callcenter.errors import NotSignedIn, SetupFailed
from callcenter.recordings.ship_command import _for_ever
from callcenter.recordings.shipping import PIECE_BYTES, Shipper
from callcenter.settings import Settings
from tests.recordings.sounds import leave_open, tone, write_wav
from tests.serving import PANEL, PASSWORD, Serving, serving_with

OLD = time.time() - 3600
MINUTE = "2026/11/27/minute.wav"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("centre")


@pytest.fixture(scope="module")
def server(centre: Path) -> Iterator[Serving]:
    with serving_with(centre, Settings(), Role.ADMIN) as server:
        yield server


@pytest.fixture
def received(centre: Path, server: Serving) -> Iterator[Path]:
    """Where the server sees the recordings; empty before and after."""
    folder = centre / "recordings"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def key(server: Serving) -> str:
    """An API key that may do nothing but this."""
    with httpx.Client(base_url=server.url, headers=PANEL) as http:
        assert http.post("api/session", json={"username": "admin", "password": PASSWORD}).is_success
        made = http.post("api/keys", json={"name": "pbx1", "permissions": ["ship_recordings"]})
        return str(made.json()["secret"])


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """The PBX's folder: a minute, its sides, one that a crash cut off long ago, and one that is being written."""
    folder = tmp_path / "monitor"
    write_wav(folder / MINUTE, tone(60), modified_at=OLD)
    write_wav(folder / MINUTE.replace(".wav", "_agent.wav"), tone(2), modified_at=OLD)
    leave_open(write_wav(folder / "cut.wav", tone(1)), OLD)
    leave_open(write_wav(folder / "going-on.wav", tone(1)), time.time() + 3600)
    write_wav(folder / ".hidden/no.wav", tone(1), modified_at=OLD)
    (folder / "notes.txt").write_text("no recording")
    return folder


class Line(httpx.HTTPTransport):
    """A line to the server that breaks when `pieces` have gone over it, and counts their bytes."""

    def __init__(self, pieces: int | None = None) -> None:
        super().__init__()
        self.left, self.bytes = pieces, 0

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            if self.left == 0:
                raise httpx.ConnectError("the line broke")
            self.left = None if self.left is None else self.left - 1
            self.bytes += len(request.content)
        return super().handle_request(request)


class Ship(Protocol):
    def __call__(
        self, line: Line | None = None, keep_days: float | None = None, own_key: str | None = None
    ) -> Shipper: ...


@pytest.fixture
def shipper(server: Serving, key: str, recorded: Path) -> Iterator[Ship]:
    """Makes what sends the PBX's folder over a line."""
    with ExitStack() as stack:

        def make(line: Line | None = None, keep_days: float | None = None, own_key: str | None = None) -> Shipper:
            headers = {"Authorization": f"Bearer {own_key or key}"}
            http = httpx.Client(base_url=server.url, headers=headers, transport=line or Line())
            return Shipper(stack.enter_context(http), "pbx1", recorded, keep_days)

        yield make


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.wav")}


WHOLE = {MINUTE, "2026/11/27/minute_agent.wav", "cut.wav"}


def test_what_is_whole_is_sent_once(shipper: Ship, recorded: Path, received: Path) -> None:
    done = shipper().send()
    assert (done.sent, done.failed, done.removed) == (3, {}, 0)
    assert files(received) == {path: (recorded / path).read_bytes() for path in WHOLE}
    again = shipper().send()
    assert (again.sent, again.bytes) == (0, 0)
    assert len(files(recorded)) == 5


def test_a_line_that_breaks_loses_nothing_that_was_sent(shipper: Ship, recorded: Path, received: Path) -> None:
    big = recorded / "big.wav"
    write_wav(big, tone(200), modified_at=OLD)
    assert big.stat().st_size > 3 * PIECE_BYTES
    broken, mended = Line(4), Line()
    with pytest.raises(SetupFailed, match="cannot be reached"):
        shipper(broken).send()
    done = shipper(mended).send()
    assert done.failed == {}
    assert (received / "big.wav").read_bytes() == big.read_bytes()
    sizes = [len(content) for content in files(received).values()]
    assert len(sizes) == 4
    assert broken.bytes + mended.bytes == sum(sizes), "nothing went over the line twice"


def test_what_differs_is_told_and_the_rest_is_sent(shipper: Ship, recorded: Path, received: Path) -> None:
    write_wav(received / "cut.wav", tone(3))
    done = shipper().send()
    assert (done.sent, list(done.failed)) == (2, ["cut.wav"])


def test_what_the_server_has_is_removed_when_it_is_old(shipper: Ship, recorded: Path, received: Path) -> None:
    write_wav(recorded / "young.wav", tone(1))
    write_wav(received / "cut.wav", tone(3))
    assert shipper(keep_days=0.01).send().removed == 0, "was not there when it was asked"
    assert shipper(keep_days=0.01).send().removed == 2
    assert set(files(recorded)) == {"young.wav", "cut.wav", "going-on.wav", ".hidden/no.wav"}


def test_a_key_that_is_none_is_refused(shipper: Ship) -> None:
    with pytest.raises(NotSignedIn, match="401"):
        shipper(own_key="nonsense").send()


def test_it_goes_on_when_the_server_is_back(shipper: Ship, received: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(0)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        line.left = 0 if len(waits) < 3 else None
        if len(waits) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _for_ever(shipper(line), 10, wait)
    assert waits == [20, 40, 80, 10]
    assert len(files(received)) == 3
    told = capsys.readouterr()
    assert told.err.count("cannot be reached") == 1, "said once, not at every try"
    assert "3 files sent" in told.out


def run(server: Serving, key: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callcenter.cli", "recordings", "ship", *options]
    env = os.environ | {"CALLCENTER_API_KEY": key}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_sends_once_and_says_what(
    server: Serving, key: str, recorded: Path, received: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "key"
    secret.write_text(f"{key}\n")
    done = run(server, "", str(recorded), "--to", server.url, "--key-file", str(secret), "--every", "0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 files sent, 1.0 MB" in done.stdout
    assert len(files(received)) == 3
    (received / "cut.wav").write_bytes(b"other")
    done = run(server, key, str(recorded), "--to", server.url, "--every", "0")
    assert done.returncode == 1
    assert "cut.wav: another file of this name is on the server" in done.stderr
    assert key not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--to", "http://centre.example"], "https only"),
        (["--to", "ftp://127.0.0.1"], "no address"),
        (["--to", "http://127.0.0.1:9", "--key-file", "/nowhere"], "--key-file: /nowhere cannot be read"),
        (["--to", "http://127.0.0.1:9", "--ca", "/nowhere"], "--ca: /nowhere cannot be read"),
        (["--to", "http://127.0.0.1:9"], "cannot be reached"),
    ],
)
def test_a_bad_option_is_named(server: Serving, recorded: Path, options: list[str], word: str) -> None:
    done = run(server, "key", str(recorded), "--every", "0", *options)
    assert done.returncode == 1
    assert word in done.stderr.replace("\n", " ")


def test_without_a_key_nothing_is_asked(server: Serving, recorded: Path) -> None:
    done = run(server, "", str(recorded), "--to", server.url, "--every", "0")
    assert (done.returncode, "--key-file" in done.stderr) == (1, True)
