"""`callcenter doctor` beside a real Asterisk: one with the shipped dialplans, one whose manager.conf is crippled."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from callcenter.accounts.rules import Role
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan, write_shipped
from callcenter.settings import PbxSettings, Settings
from tests.real.ami import Ami
from tests.real.feed import Feed
from tests.serving import COMMAND, add_users, serving, write_settings

pytestmark = pytest.mark.real

Checks = dict[str, dict[str, Any]]

CRIPPLED = """
[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}

[callcenter]
secret = {secret}
read = system,call,agent
write = agent,command
eventfilter = !Event: (Queue|Agent)

[chief]
secret = {secret}
read = all
write = all
"""


def examined(folder: Path) -> tuple[int, Checks, str]:
    """The exit status of `callcenter doctor --json` in this folder, the checks by name, and all that it said."""
    done = subprocess.run([*COMMAND, "doctor", "--json"], cwd=folder, capture_output=True, text=True, timeout=60)
    told = json.loads(done.stdout)
    return done.returncode, {check["name"]: check for check in told["checks"]}, done.stdout + done.stderr


def counted(pbx: PbxSettings) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Queues with their members and counters, and channels, as Asterisk tells them; without the ids of the question."""
    with Ami(pbx) as ami:
        ami_lists = (ami.listing("QueueStatus"), ami.listing("CoreShowChannels"))
    queues, channels = ([{**item, "ActionID": ""} for item in items] for items in ami_lists)
    return queues, channels


def happen_heard(feed: Feed, folder: Path, pbx: PbxSettings) -> None:
    """Something happens in a queue while the server's link surely listens: before, in that second, and after."""
    listening_since = time.time()
    # queue_log has whole seconds.
    while time.time() < int(listening_since) + 1:
        feed.take()
    happen(pbx)
    pings = journal_pings(folder)
    while journal_pings(folder) == pings:
        feed.take()


def journal_pings(folder: Path) -> int:
    """How many pings were answered."""
    return sum(file.read_bytes().count(b"Ping: Pong") for file in (folder / "var/journal/pbx1").glob("*.ami"))


def happen(pbx: PbxSettings) -> None:
    """Signs an agent in, as another program would."""
    with Ami(pbx) as ami:
        added = ami.action("QueueAdd", Queue="support", Interface="PJSIP/1001", MemberName="Li Na")
        assert added["Response"] == "Success", added
        ami.next("QueueMemberAdded")


def test_all_is_well_with_the_shipped_dialplans(pbx: PrivateAsterisk, tmp_path: Path) -> None:
    settings = pbx.plan.settings
    pbx.recordings.mkdir()
    write_settings(tmp_path, settings)
    add_users(tmp_path, Role.ADMIN)
    with serving(tmp_path) as server:
        with Feed(server.url) as feed:
            feed.until(lambda: feed.link()["state"] == "live", 40)
            happen_heard(feed, tmp_path, pbx.plan.pbx)
            feed.until(lambda: feed.seat("PJSIP/1001")["state"] != "signed_out")
        before, book = counted(pbx.plan.pbx), pbx.queue_log.read_text()
        _, during, _ = examined(tmp_path)
        assert server.stop() == 0
    status, checks, said = examined(tmp_path)
    ill = {name: check for name, check in checks.items() if check["status"] != "ok"}
    assert ill.pop("complaints")["status"] == "warning", "there is no callback list yet"
    assert set(ill) <= {"panel"}, ill  # built by make test, not by a bare pytest
    assert status == 0
    assert during.keys() == checks.keys()
    assert counted(pbx.plan.pbx) == before
    assert pbx.queue_log.read_text() == book, "nothing was written into the book of the queues"
    assert settings.pbxs[0].secret.get_secret_value() not in said


@pytest.fixture
def crippled(centre_settings: Settings) -> Iterator[PrivateAsterisk]:
    """An Asterisk whose account hears and may do too little, and one thing too much."""

    def write(planned: Plan) -> None:
        write_shipped(planned)
        pbx = planned.pbx
        text = CRIPPLED.format(port=pbx.port, secret=pbx.secret.get_secret_value())
        (planned.run / "etc/manager.conf").write_text(text)

    private = PrivateAsterisk(plan(centre_settings), write)
    private.boot()
    yield private
    private.remove()


def test_a_crippled_manager_conf_is_told_line_by_line(crippled: PrivateAsterisk, tmp_path: Path) -> None:
    crippled.recordings.mkdir()
    write_settings(tmp_path, crippled.plan.settings)
    add_users(tmp_path, Role.ADMIN)
    with serving(tmp_path) as server:
        with Feed(server.url) as feed:
            feed.until(lambda: feed.link()["state"] == "live", 40)
            happen_heard(feed, tmp_path, crippled.plan.pbx.model_copy(update={"username": "chief"}))
        assert server.stop() == 0
    status, checks, said = examined(tmp_path)
    assert status == 1
    assert checks["login"]["status"] == "ok"
    assert checks["write_permission"]["status"] == "error"
    for missing in ("originate", "call", "user", "reporting"):
        assert f"without {missing}, " in checks["write_permission"]["said"]
    assert "without agent" not in checks["write_permission"]["said"]
    assert "write = agent,originate,call,user,reporting" in checks["write_permission"]["advice"]
    assert checks["excess_permission"]["status"] == "warning"
    assert "command: " in checks["excess_permission"]["said"]
    assert "config" not in checks["excess_permission"]["said"]
    assert checks["lists"]["said"] == "not answered: CoreShowChannels, DeviceStateList"
    assert checks["queue_events"]["status"] == "error"
    assert "AMI did not tell: QueueMemberAdded" in checks["queue_events"]["said"]
    assert "eventfilter" in checks["queue_events"]["advice"]
    assert checks["version"]["status"] == checks["agents"]["status"] == "unknown", "they may not be asked for"
    assert checks["queue_log"]["status"] == checks["queues"]["status"] == checks["members"]["status"] == "ok"
    assert crippled.plan.pbx.secret.get_secret_value() not in said


def test_without_timestampevents(crippled: PrivateAsterisk, tmp_path: Path) -> None:
    """The chief may do everything, and hears everything, but not when it happened."""
    chief = crippled.plan.pbx.model_copy(update={"username": "chief"})
    write_settings(tmp_path, crippled.plan.settings.model_copy(update={"pbxs": (chief,)}))
    status, checks, _ = examined(tmp_path)
    assert status == 1
    assert checks["timestamps"]["status"] == "error"
    assert "timestampevents = yes" in checks["timestamps"]["advice"]
    assert checks["write_permission"]["status"] == checks["events"]["status"] == "ok"
    for superfluous in ("system", "command", "config"):
        assert f"{superfluous}: " in checks["excess_permission"]["said"]


def test_a_wrong_password_is_told_in_a_table(pbx: PrivateAsterisk, tmp_path: Path) -> None:
    wrong = pbx.plan.pbx.model_copy(update={"secret": SecretStr("not-the-secret")})
    write_settings(tmp_path, pbx.plan.settings.model_copy(update={"pbxs": (wrong,)}))
    done = subprocess.run([*COMMAND, "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "user callcenter is refused: Authentication failed" in " ".join(done.stdout.replace("│", " ").split())
    assert done.stdout.rstrip().splitlines()[-1].endswith("Begin with: Login of pbx1.")
    assert "not-the-secret" not in done.stdout + done.stderr


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "callcenter.toml").write_text('timezone = "Nowhere"\n[[pbxs]]\nsecret = "hidden-one"\nport = "x"\n')
    status, checks, said = examined(tmp_path)
    assert (status, set(checks), checks["settings"]["status"]) == (1, {"settings"}, "error")
    assert "timezone" in checks["settings"]["said"]
    assert "hidden-one" not in said
