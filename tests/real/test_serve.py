"""`callcenter serve` beside a real Asterisk that is not there yet, refuses it, is restarted or killed under it."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed

from callcenter.accounts.rules import Role
from callcenter.asterisk.private import PrivateAsterisk, plan
from callcenter.settings import Settings
from tests.real.ami import Ami
from tests.real.conftest import Pair
from tests.real.feed import Feed, cookie_of, open_feed
from tests.serving import SERVE, Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real


@pytest.fixture
def absent(centre_settings: Settings) -> Iterator[PrivateAsterisk]:
    """An Asterisk that nobody has booted yet: nothing listens at its address."""
    private = PrivateAsterisk(plan(centre_settings))
    yield private
    private.remove()


def _prepare(folder: Path, settings: Settings) -> Path:
    write_settings(folder, settings)
    add_users(folder, Role.ADMIN)
    return folder


def test_a_pbx_that_comes_later_is_taken_up_by_itself(tmp_path: Path, absent: PrivateAsterisk) -> None:
    where = f"127.0.0.1:{absent.plan.pbx.port}"
    with serving(_prepare(tmp_path, absent.plan.settings)) as server, Feed(server.url) as feed:
        server.await_said(rf"pbx1: down \(connection refused at {where}\)")
        feed.until(lambda: feed.link()["state"] == "down")
        assert feed.link()["detail"] == f"connection refused at {where}"
        absent.boot()
        feed.until(lambda: feed.link()["state"] == "live", 40)
        feed.until(lambda: "pbx1/support" in feed.entities["queues"])
        server.await_said(r"pbx1: live")
        assert server.stop() == 0
    assert "Traceback" not in server.said


def test_a_wrong_password_is_told_and_not_tried_again_and_again(tmp_path: Path, pbx: PrivateAsterisk) -> None:
    settings = pbx.plan.settings
    wrong = settings.pbxs[0].model_copy(update={"secret": SecretStr("not-the-secret")})
    log = pbx.plan.run / "log/messages.log"
    with serving(_prepare(tmp_path, settings.model_copy(update={"pbxs": (wrong,)}))) as server:
        with Feed(server.url) as feed:
            server.await_said(r"pbx1: refused \(")
            feed.until(lambda: feed.link()["state"] == "refused")
            assert "callcenter" in feed.link()["detail"]
            while feed.take() != "heartbeat":
                assert feed.link()["state"] == "refused"
        assert server.stop() == 0
    assert "not-the-secret" not in server.said
    assert "Traceback" not in server.said
    assert log.read_text().count("failed to authenticate as 'callcenter'") == 1


@pytest.mark.parametrize("end", [PrivateAsterisk.stop, PrivateAsterisk.kill], ids=["restarted", "killed"])
def test_an_asterisk_that_goes_away_during_a_call_is_never_shown_as_live(
    tmp_path: Path, pair: Pair, end: Callable[[PrivateAsterisk], None]
) -> None:
    with serving(_prepare(tmp_path, pair.centre.plan.settings)) as server, Feed(server.url) as feed:
        feed.until(lambda: feed.link()["state"] == "live", 40)
        _talk(pair, feed)
        end(pair.centre)
        feed.until(lambda: feed.link()["state"] != "live", 10)
        server.await_said(r"pbx1: down \(")
        pair.centre.boot()
        feed.until(lambda: feed.link()["state"] == "live", 10)
        assert feed.seat("PJSIP/1001")["state"] != "talking", "the present was surveyed before it was called live"
        assert not feed.entities["visits"]
        with Ami(pair.centre.plan.pbx) as ami:
            feed.until(
                lambda: feed.seat("PJSIP/1001")["state"] == _true_state(ami, "PJSIP/1001"),
                always=lambda: feed.link()["state"] == "live",
                seconds=10,
            )
        assert server.stop() == 0
    assert "Traceback" not in server.said


def _talk(pair: Pair, feed: Feed) -> None:
    """A call under way at the seat of 1001, seen by the panel."""
    pair.sign_in("1001")
    feed.until(lambda: feed.seat("PJSIP/1001")["state"] == "ready")
    pair.behave("1001", after=0)
    pair.customer_calls("4000")
    feed.until(lambda: feed.seat("PJSIP/1001")["state"] == "talking")


def _true_state(ami: Ami, interface: str) -> str:
    """The state of a seat without calls as Asterisk itself tells it; a killed one has forgotten who was registered."""
    devices = {event["Device"]: event["State"] for event in ami.listing("DeviceStateList") if "Device" in event}
    return {"NOT_INUSE": "ready", "UNAVAILABLE": "unreachable"}[devices[interface]]


# --- what makes it fail, and who is let in --------------------------------------------------------------------------


def test_a_wrong_key_ends_it_with_the_file_and_the_key(tmp_path: Path) -> None:
    (tmp_path / "callcenter.toml").write_text("[queues.support]\nwrapup_seconds = 5\n")
    ended = subprocess.run(SERVE, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "callcenter.toml: queues.support.wrapup_seconds: there is no such key" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_ends_it_with_the_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / "callcenter.toml").write_text(f"[http]\nport = {port}\n")
        ended = subprocess.run(SERVE, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken by another program" in ended.stderr


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server without any PBX, with an administrator and a reviewer."""
    folder = tmp_path_factory.mktemp("lonely")
    (folder / "callcenter.toml").write_text("pbxs = []\n")
    add_users(folder, Role.ADMIN, Role.QA)
    with serving(folder) as server:
        yield server


def _close_code(url: str, **who: str) -> int:
    with open_feed(url, **who) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_the_feed_is_closed_to_strangers(lonely: Serving) -> None:
    assert _close_code(lonely.url) == 4401
    assert _close_code(lonely.url, cookie="callcenter_session=made-up") == 4401


def test_the_feed_is_closed_to_a_role_that_does_not_see_the_floor(lonely: Serving) -> None:
    assert _close_code(lonely.url, cookie=cookie_of(lonely.url, Role.QA)) == 4403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_the_feed_is_closed_to_pages_of_other_sites(lonely: Serving, origin: str) -> None:
    cookie = cookie_of(lonely.url, Role.ADMIN)
    with open_feed(lonely.url, cookie=cookie) as own:
        assert '"snapshot"' in str(own.recv(timeout=10))
    assert _close_code(lonely.url, cookie=cookie, origin=origin) == 4403
