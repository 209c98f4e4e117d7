"""`callcenter serve` by itself: it says what is going on, answers, and ends at Ctrl-C."""

import gc
import json
import logging
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from callcenter.cli import main
from callcenter.errors import SetupFailed
from callcenter.serving import listen, spare_the_collector, url_of
from callcenter.settings import HttpSettings
from tests.serving import COMMAND, FREE_PORT, serving

Said = Callable[..., str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    """Runs `callcenter serve` here, which must fail; gives what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["callcenter", "serve"])
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(**variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_and_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as server:
        assert "PBX pbx1 at 127.0.0.1:5038" in server.said
        assert "run callcenter user add NAME --role admin" in server.said
        with httpx.Client(base_url=server.url) as browser:
            assert browser.get("/api/health").json() == {"status": "ok"}
            assert "server" not in browser.get("/api/session").headers
            assert server.stop(number) == 0
    assert "stopping" in server.said
    assert "Traceback" not in server.said
    assert (tmp_path / "var" / "callcenter.db").exists()


def test_user_added_beside_the_running_server_can_sign_in(tmp_path: Path) -> None:
    add = [*COMMAND, "user", "add", "ada", "--role", "admin", "--password-stdin"]
    with serving(tmp_path) as server:
        subprocess.run(add, cwd=tmp_path, input="correct horse\n", text=True, check=True, capture_output=True)
        with httpx.Client(base_url=server.url, headers={"X-Requested-With": "callcenter"}) as browser:
            credentials = {"username": "ada", "password": "correct horse"}
            assert browser.post("/api/session", json=credentials).status_code == 200
            assert browser.get("/api/session").json()["user"]["roles"] == ["admin"]
            cookie = f"callcenter_session={browser.cookies['callcenter_session']}"
        feed_url = server.url.replace("http", "ws", 1) + "api/v1/live"
        with connect(feed_url, additional_headers={"Cookie": cookie}, proxy=None) as feed:
            assert json.loads(feed.recv(10))["type"] == "snapshot"
            assert server.stop(signal.SIGINT) == 0
    assert "signed in: user 1" in server.said
    assert "correct horse" not in server.said
    with serving(tmp_path) as again:
        assert "user add" not in again.said


def test_what_a_start_has_made_is_spared_and_garbage_made_later_is_not() -> None:
    class Ring:
        """Refers to itself, so that only the collector frees it."""

        def __init__(self) -> None:
            self.itself = self

    stays = Ring()
    try:
        spare_the_collector()
        assert not any(each is stays for each in gc.get_objects())
        later = weakref.ref(Ring())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()


def test_taken_port_is_told(said: Said, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = said(CALLCENTER_HTTP__PORT=str(port))
    assert f"port {port} of 127.0.0.1 is taken by another program" in told
    assert not (tmp_path / "var").exists()


def test_wrong_configuration_is_told(said: Said, tmp_path: Path) -> None:
    (tmp_path / "callcenter.toml").write_text('[[pbxs]]\nprot = 1\nsecret = "hunter2"\n')
    told = said()
    assert "callcenter.toml: pbxs.0.prot: there is no such key; known here: name, host, port" in told
    assert "hunter2" not in told


def test_database_that_cannot_be_reached_is_told(said: Said) -> None:
    told = said(CALLCENTER_DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/centre", **FREE_PORT)
    assert "127.0.0.1:1/centre cannot be used" in told
    assert "hunter2" not in told


def test_address_that_is_not_this_machines_is_told() -> None:
    with pytest.raises(SetupFailed, match=r"cannot listen at port 0 of 192\.0\.2\.1"):
        listen(HttpSettings(host="192.0.2.1", port=0))


@pytest.mark.parametrize(
    ("address", "url"), [(("127.0.0.1", 80), "http://127.0.0.1:80/"), (("::1", 80, 0, 0), "http://[::1]:80/")]
)
def test_url_is_what_a_browser_takes(address: tuple[str, int], url: str) -> None:
    assert url_of(address) == url
