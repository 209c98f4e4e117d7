"""A private Asterisk: up quickly, on the loopback alone, side by side, and never left behind."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.asterisk.event_filter import EVENTS
from callcenter.asterisk.installation import Installation, Version
from callcenter.asterisk.packages import Cache
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan
from callcenter.errors import SetupFailed
from callcenter.settings import Settings
from tests.real.ami import Ami
from tests.real.conftest import Pair

pytestmark = pytest.mark.real


def log_of(private: PrivateAsterisk) -> str:
    return (private.plan.run / "log" / "messages.log").read_text()


def sockets(pid: int) -> set[tuple[str, str, int]]:
    """The sockets of a process: protocol, own address in the kernel's hexadecimal form, port."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since
            if found := re.fullmatch(r"socket:\[(\d+)\]", str(file.readlink())):
                inodes.add(found[1])
    rows = [
        (table, line.split())
        for table in ("tcp", "udp", "tcp6", "udp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    own = ((table, row[1].rsplit(":", 1)) for table, row in rows if row[9] in inodes)
    return {(table, address, int(port, 16)) for table, (address, port) in own}


def test_it_boots_without_a_word_of_complaint(pbx: PrivateAsterisk) -> None:
    assert not re.findall(r".*(?:WARNING|ERROR).*", log_of(pbx))
    assert pbx.plan.installation.version >= (18,)
    with Ami(pbx.plan.pbx) as ami:
        queues = {event["Queue"] for event in ami.listing("QueueStatus") if event["Event"] == "QueueParams"}
    assert queues == {"support", "sales"}


def test_it_is_reached_on_the_loopback_alone(pbx: PrivateAsterisk) -> None:
    """The SIP library also opens a UDP socket on any port to ask DNS; it answers nobody."""
    loopback = {(kind, port) for kind, address, port in sockets(pbx.pid) if address == "0100007F"}
    assert loopback == {("udp", pbx.plan.ports.sip), ("tcp", pbx.plan.ports.ami)}
    elsewhere = {(kind, port) for kind, address, port in sockets(pbx.pid) if address != "0100007F"}
    assert {kind for kind, _ in elsewhere} <= {"udp", "udp6"}
    assert all(port > 32_767 for _, port in elsewhere), "ports of outgoing questions, which the kernel chose"


def test_two_run_side_by_side_and_one_ends_without_the_other(pbx: PrivateAsterisk, centre_settings: Settings) -> None:
    other = PrivateAsterisk.start(centre_settings)
    try:
        assert {pbx.plan.ports.first, pbx.plan.run} & {other.plan.ports.first, other.plan.run} == set()
        pbx.stop()
        assert not pbx.is_running
        with Ami(other.plan.pbx) as ami:
            assert ami.action("Ping")["Response"] == "Success"
    finally:
        other.remove()
    assert not other.plan.run.exists()


PARENT = """
import asyncio, signal, sys, threading
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan
from callcenter.settings import Settings

def start():
    global private
    private = PrivateAsterisk.start(Settings())

# The thread that starts it ends at once: a parent-death signal bound to that thread would end Asterisk now.
thread = threading.Thread(target=start)
thread.start()
thread.join()
print(private.pid, private.plan.ports.ami, private.plan.run, flush=True)
signal.pause()
"""


def test_a_killed_parent_leaves_no_asterisk_behind(asterisk_tree: Installation) -> None:
    parent = subprocess.Popen((sys.executable, "-c", PARENT), stdout=subprocess.PIPE)
    assert parent.stdout
    pid, port, run = parent.stdout.readline().split()
    asterisk = os.pidfd_open(int(pid))
    assert not select.select([asterisk], [], [], 0.5)[0], "it lives while its parent does"
    socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
    parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    assert select.select([asterisk], [], [], 10)[0], "Asterisk outlived its parent"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)
    assert Path(run.decode()).exists()


def test_members_are_still_there_after_a_kill_and_a_restart(pair: Pair) -> None:
    pair.sign_in("1001")
    account, port = pair.centre.plan.pbx, pair.centre.plan.ports.sip
    pair.centre.kill()
    assert not pair.centre.is_running
    pair.centre.restart()
    assert (pair.centre.plan.pbx, pair.centre.plan.ports.sip) == (account, port)
    with Ami(account) as ami:
        members = [event for event in ami.listing("QueueStatus") if event["Event"] == "QueueMember"]
    assert {(member["Queue"], member["Name"], member["Location"]) for member in members} == {
        ("support", "Li Na", "PJSIP/1001"),
        ("sales", "Li Na", "PJSIP/1001"),
    }


def test_a_configuration_that_it_cannot_run_is_told_with_its_last_words(
    asterisk_tree: Installation, centre_settings: Settings
) -> None:
    def write(_: Plan) -> None:
        """No configuration at all."""

    private = PrivateAsterisk(plan(centre_settings), write)
    try:
        with pytest.raises(SetupFailed, match="did not start"):
            private.boot()
        assert not private.is_running
    finally:
        private.remove()


@pytest.mark.parametrize("release", [Version(22, 10), Version(20, 6)], ids=["advanced", "legacy"])
def test_both_forms_of_the_event_filter_let_the_same_events_pass(
    asterisk_tree: Installation, centre_settings: Settings, release: Version
) -> None:
    private = PrivateAsterisk(plan(centre_settings, installation=replace(asterisk_tree, version=release)))
    try:
        with private, Ami(private.plan.pbx) as ami:
            for variable in ("SOMETHING_ELSE", "QUEUESTATUS"):
                ami.action("Setvar", Variable=variable, Value="Variable: QUEUESTATUS")
            ami.action("QueueAdd", Queue="support", Interface="PJSIP/1001", MemberName="Event: VarSet")
            ami.action("UserEvent", UserEvent="Last")
            ami.next("UserEvent", UserEvent="Last")
            ami.next("VarSet")  # it, too, may come after the last one
            assert [event["Variable"] for event in ami.of("VarSet")] == ["QUEUESTATUS"]
            assert ami.next("QueueMemberAdded")["MemberName"] == "Event: VarSet", "it may come after the last one"
            assert set(ami.names()) <= {*EVENTS, "VarSet"}
            listed = {event["Event"] for event in ami.listing("QueueStatus")}
            assert {"QueueParams", "QueueMember", "QueueStatusComplete"} <= listed, "lists are not filtered"
    finally:
        private.remove()


def test_stopping_twice_and_a_process_that_ended_by_itself_are_no_errors(pbx: PrivateAsterisk) -> None:
    os.kill(pbx.pid, signal.SIGKILL)
    with pytest.raises(SetupFailed, match="ended by itself"):
        pbx.wait()
    assert not pbx.is_running
    pbx.stop()
    pbx.stop()


FETCH = """
import sys
from pathlib import Path
from rich.console import Console
from callcenter.asterisk.packages import Cache, fetch
print(fetch(Cache(Path(sys.argv[1])), Console(stderr=True)).version)
"""


def test_a_fetch_that_was_killed_is_taken_up_by_the_next(tmp_path: Path) -> None:
    """The whole way through apt, with the machine's own mirror; the first try is killed while it unpacks."""
    command = (sys.executable, "-c", FETCH, str(tmp_path))
    cut = subprocess.Popen(command, stderr=subprocess.PIPE)
    partial = Cache(tmp_path).tree.with_suffix(".partial")
    deadline = time.monotonic() + 180
    while not partial.exists():
        assert cut.poll() is None, "it ended before it unpacked"
        assert time.monotonic() < deadline
        select.select([], [], [], 0.01)
    cut.kill()
    cut.communicate()
    assert not Cache(tmp_path).tree.exists(), "what is there is whole"
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout), done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["asterisk", "lock"], "nothing is left over"


def test_the_command_runs_one_until_ctrl_c(asterisk_tree: Installation, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "callcenter.cli", "pbx", "run")
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
    assert running.stdout
    told = ""
    while "Ctrl-C ends it." not in told:
        line = running.stdout.readline()
        assert line, told
        told += line
    port = int(re.findall(r"AMI +127\.0\.0\.1:(\d+)", told)[0])
    assert "Li Na" in told
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    running.send_signal(signal.SIGINT)
    assert running.wait(15) == 0
    running.stdout.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    run = Path(re.findall(r"Asterisk [\d.]+ in (\S+)", told)[0])
    assert not run.exists()
