"""Each check against a PBX, a disk or a database that has just the fault it looks for."""

import asyncio
import os
import socket
import sqlite3
import time
from datetime import date
from pathlib import Path

import pytest

from callcenter.asterisk import examination
from callcenter.asterisk.examination import Examination, Reached
from callcenter.dialer.service import create_list
from callcenter.doctor import connection, machine
from callcenter.doctor.findings import Finding, Status
from callcenter.filling.tables import FillRule
from callcenter.recordings.keys import key_row, wrap_anew
from callcenter.recordings.masters import Masters, put_new_key
from callcenter.recordings.sealing import new_key, seal_file
from callcenter.settings import (
    AgentSettings,
    PbxSettings,
    QueueSettings,
    RecordingSettings,
    Settings,
    TicketSettings,
    TicketType,
)
from callcenter.store.engine import make_engine, make_sessions, migrate
from callcenter.store.recorder import Recorder
from tests.asterisk import peer as peers
from tests.asterisk.peer import QUEUES, Action, Connection, Peer, mute, refuse
from tests.dialer.conftest import FIELDS
from tests.doctor.conftest import SOUND, Doctor, device, echoes, may, ping, release
from tests.facts import a_recording
from tests.recordings.buckets import BucketServer

OK, WARNING, ERROR, UNKNOWN = Status.OK, Status.WARNING, Status.ERROR, Status.UNKNOWN


async def test_a_sound_pbx_is_told_as_such(doctor: Doctor, peer: Peer) -> None:
    found = await doctor()
    ill = {name: finding for name, finding in found.items() if finding.status is not OK}
    assert set(ill) <= {"queue_events", "panel", "journal", "checkpoint", "complaints"}
    assert found["queue_events"].status is UNKNOWN
    changing = {"Challenge", "Login", "Ping", "ListCommands", "CoreSettings", "Getvar"} | set(peers.LISTS)
    assert set(peer.counts()) - changing == {"UserEvent", "Setvar", "Originate"}
    assert [action.get("Value", "") for action in peer.asked if action["Action"] == "Setvar"] == [""]


async def test_an_address_where_nobody_listens(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = await doctor({"port": port})
    assert found["address"].status is ERROR
    assert f"127.0.0.1:{port} cannot be reached" in found["address"].said
    assert "bindaddr" in found["address"].advice
    assert found["login"].status is found["clock"].status is UNKNOWN
    assert found["queue_log"].status is OK, "what needs no connection is looked at all the same"


async def test_a_name_that_does_not_exist(doctor: Doctor) -> None:
    assert (await doctor({"host": "pbx.invalid"}))["address"].status is ERROR


@pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x1b[31m\xff" * 100, b""])
async def test_something_else_than_ami(doctor: Doctor, peer: Peer, words: bytes) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        found = await doctor({"port": server.sockets[0].getsockname()[1]})
    assert found["address"].status is OK
    assert found["ami"].status is ERROR
    assert found["ami"].said.isprintable()
    assert "5038" in found["ami"].advice


async def test_a_port_that_says_nothing(doctor: Doctor, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "ANSWER_SECONDS", 0.2)
    peer.banner = b""
    found = await doctor()
    assert (found["ami"].status, found["ami"].said) == (ERROR, "this is no AMI: it says nothing within 0.2 s")


async def test_tls_where_there_is_none(doctor: Doctor) -> None:
    found = await doctor({"tls": True})
    assert found["ami"].status is ERROR
    assert "tls = false" in found["ami"].advice


async def test_a_wrong_password_which_is_never_shown(doctor: Doctor, peer: Peer) -> None:
    peer.secret = "another-one"
    found = await doctor()
    assert found["login"].status is ERROR
    assert "callcenter is refused: Authentication failed" in found["login"].said
    assert "[callcenter] in manager.conf" in found["login"].advice
    assert found["write_permission"].status is UNKNOWN
    told = " ".join(f"{finding.said} {finding.advice}" for finding in found.values())
    assert peers.SECRET not in told
    assert "another-one" not in told


async def test_a_connection_that_ends_after_the_login(doctor: Doctor, peer: Peer) -> None:
    peer.answers["ListCommands"] = peers.die
    found = await doctor()
    assert found["login"].status is ERROR
    assert found["write_permission"].status is UNKNOWN


@pytest.mark.parametrize(
    ("action", "name"),
    [("QueueAdd", "agent"), ("Originate", "originate"), ("UserEvent", "user"), ("CoreShowChannels", "reporting")],
)
async def test_a_missing_permission_is_named_with_its_line(doctor: Doctor, peer: Peer, action: str, name: str) -> None:
    peer.answers["ListCommands"] = may(*(other for other in SOUND if other != action))
    finding = (await doctor())["write_permission"]
    assert finding.status is ERROR
    assert finding.said.startswith(f"without {name}, ")
    assert "[callcenter] of manager.conf: write = agent,originate,call,user,reporting" in finding.advice
    assert peer.counts()[action] == (1 if action == "CoreShowChannels" else 0), "it is not asked for what it may not"


def test_a_network_that_can_listen_is_a_warning() -> None:
    far = PbxSettings(host="pbx.example.org")
    for pbx, status in ((far, WARNING), (far.model_copy(update={"tls": True}), OK), (PbxSettings(host="::1"), OK)):
        found = Examination(pbx=pbx, reached=Reached.LOGIN)
        assert connection.login(found, Settings()).status is status


async def test_no_queues_at_all(doctor: Doctor, peer: Peer) -> None:
    peer.answers |= {"ListCommands": may("UserEvent"), "QueueStatus": refuse}
    found = await doctor()
    assert "app_queue is not loaded" in found["write_permission"].said
    assert found["lists"].status is ERROR
    assert found["members"].status is found["queues"].status is UNKNOWN


@pytest.mark.parametrize(
    ("action", "name"), [("Command", "command"), ("UpdateConfig", "config"), ("ModuleLoad", "system")]
)
async def test_too_much_permission(doctor: Doctor, peer: Peer, action: str, name: str) -> None:
    peer.answers["ListCommands"] = may(*SOUND, action)
    found = await doctor()
    assert found["write_permission"].status is OK
    assert found["excess_permission"].status is WARNING
    assert found["excess_permission"].said.startswith(f"{name}: ")


async def test_an_asterisk_that_does_not_list_actions(doctor: Doctor, peer: Peer) -> None:
    peer.answers["ListCommands"] = refuse
    found = await doctor()
    assert (
        found["write_permission"].status is found["excess_permission"].status is found["timestamps"].status is UNKNOWN
    )


async def test_a_list_that_is_cut(doctor: Doctor, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut(connection: Connection, action: Action) -> None:
        peers.begin_list(connection, action, 1)

    monkeypatch.setattr(examination, "LIST_SECONDS", 0.1)
    peer.answers["DeviceStateList"] = cut
    found = await doctor()
    assert (found["lists"].status, found["lists"].said) == (ERROR, "not answered: DeviceStateList")
    assert found["queues"].status is OK, "the rest was asked for all the same"


@pytest.mark.parametrize("question", ["QueueStatus", "CoreShowChannels", "DeviceStateList"])
@pytest.mark.parametrize("fault", [refuse, mute])
async def test_a_list_that_is_refused_or_never_comes(
    doctor: Doctor, peer: Peer, question: str, fault: peers.Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "ANSWER_SECONDS", 0.5)
    peer.answers[question] = fault
    found = await doctor()
    assert ERROR in (found["lists"].status, found["login"].status)
    assert question in found["lists"].said


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("UserEvent", "UserEvent (class user)"),
        ("Setvar", "VarSet (class dialplan)"),
        ("Originate", "OriginateResponse (class call)"),
    ],
)
async def test_an_event_that_does_not_come(
    doctor: Doctor, peer: Peer, action: str, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "ECHO_SECONDS", 0.1)
    peer.answers[action] = peers.accept
    finding = (await doctor())["events"]
    assert finding.status is ERROR
    assert event in finding.said
    assert "read = system,call,agent,user,dialplan" in finding.advice
    assert "eventfilter" in finding.advice


async def test_no_fully_booted(doctor: Doctor, peer: Peer) -> None:
    peer.says_fully_booted = False
    finding = (await doctor())["events"]
    assert (finding.status, "FullyBooted (class system" in finding.said) == (ERROR, True)


async def test_a_variable_that_somebody_set_is_left_alone(doctor: Doctor, peer: Peer) -> None:
    peer.answers["Getvar"] = device("NOT_INUSE")

    async def taken(connection: Connection, action: Action) -> None:
        connection.respond(action, f"Variable: {action['Variable']}\r\nValue: NOT_INUSE")

    peer.answers["Getvar"] = taken
    finding = (await doctor())["events"]
    assert peer.counts()["Setvar"] == 0
    assert (finding.status, finding.said) == (
        UNKNOWN, "could not be asked, since the account may not write: dialplan",
    )  # fmt: skip


async def test_events_without_their_time(doctor: Doctor, peer: Peer) -> None:
    peer.answers |= echoes(stamp="")
    finding = (await doctor())["timestamps"]
    assert finding.status is ERROR
    assert "timestampevents = yes" in finding.advice


@pytest.mark.parametrize(
    ("ahead", "status", "said"),
    [(3, WARNING, "3.0 s ahead of"), (-4, WARNING, "4.0 s behind"), (60, ERROR, "60.0 s ahead of")],
)
async def test_clocks_that_differ(doctor: Doctor, peer: Peer, ahead: float, status: Status, said: str) -> None:
    peer.answers["Ping"] = ping(ahead)
    finding = (await doctor())["clock"]
    assert finding.status is status
    assert said in finding.said


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        ("22.10.1", OK, "22.10.1"),
        ("20.20.1", OK, "20.20.1"),
        ("24.0.0", OK, "24.0.0"),
        ("22.10.0~dfsg", WARNING, "security holes"),
        ("20.9.2", WARNING, "security holes"),
        ("18.26.4", WARNING, "no fixes"),
        ("16.30.0", ERROR, "too old"),
        ("certified-20.7-cert8", UNKNOWN, "certified"),
        ("GIT-master-1234567", UNKNOWN, "GIT"),
    ],
)
async def test_releases(doctor: Doctor, peer: Peer, told: str, status: Status, said: str) -> None:
    peer.answers["CoreSettings"] = release(told)
    finding = (await doctor())["version"]
    assert (finding.status, said in finding.said) == (status, True), finding


async def test_a_release_that_may_not_be_asked(doctor: Doctor, peer: Peer) -> None:
    peer.answers["CoreSettings"] = refuse
    finding = (await doctor())["version"]
    assert finding.status is UNKNOWN
    assert "Asterisk Call Manager/11.0.0" in finding.said


async def test_no_queue_log(doctor: Doctor, tmp_path: Path) -> None:
    assert (await doctor({"queue_log": None}))["queue_log"].status is WARNING
    assert (await doctor({"queue_log": tmp_path / "none"}))["queue_log"].status is ERROR
    found = await doctor({"queue_log": tmp_path})
    assert (found["queue_log"].status, "cannot be read" in found["queue_log"].said) == (ERROR, True)
    (tmp_path / "text").write_text("not|a|queue_log\n\n")
    assert "no line" in (await doctor({"queue_log": tmp_path / "text"}))["queue_log"].said


async def test_a_queue_log_that_is_written_no_more(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue_log").write_text(f"{int(time.time()) - 8 * 86_400}|NONE|NONE|NONE|QUEUESTART|\n")
    assert (await doctor())["queue_log"].status is WARNING
    called = (f"{QUEUES[0]}\r\nCompleted: 3\r\nAbandoned: 1", *QUEUES[1:])
    monkeypatch.setitem(peers.LISTS, "QueueStatus", (called, "QueueStatusComplete"))
    finding = (await doctor())["queue_log"]
    assert (finding.status, "writes elsewhere" in finding.advice) == (ERROR, True)


def journal(tmp_path: Path, *events: str) -> None:
    """Twenty seconds of a link that pings, with these events in the middle."""
    now = time.time()
    pings = [f"Response: Success\r\nPing: Pong\r\nTimestamp: {now - ago:.6f}" for ago in (10, 0)]
    folder = tmp_path / "var/journal/pbx1"
    folder.mkdir(parents=True)
    (folder / "2026-01-01.ami").write_text("\r\n\r\n".join([pings[0], *events, pings[1], ""]), newline="")


async def test_queue_events_that_the_journal_lacks(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(f"{int(time.time()) - 5}|1.1|support|NONE|ENTERQUEUE||139|1\n")
    journal(tmp_path, "Event: Newchannel\r\nPrivilege: call,all")
    finding = (await doctor())["queue_events"]
    assert finding.status is ERROR
    assert "AMI did not tell: QueueCallerJoin" in finding.said
    assert "agent" in finding.advice


async def test_queue_events_that_the_journal_has(doctor: Doctor, tmp_path: Path) -> None:
    lines = (f"{int(time.time()) - 5}|1.1|support|NONE|ENTERQUEUE||139|1", "1000|1.0|support|NONE|ENTERQUEUE||139|1")
    (tmp_path / "queue_log").write_text("\n".join(lines))
    journal(tmp_path, "Event: QueueCallerJoin\r\nPrivilege: agent,all")
    finding = (await doctor())["queue_events"]
    assert (finding.status, finding.said) == (OK, "the journal has them for the last 1 lines of queue_log")


async def test_no_recordings_folder(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for wrong in ("nowhere", "file"):
        assert (await doctor({"recordings_folder": tmp_path / wrong}))["recordings"].status is ERROR


@pytest.mark.parametrize("closed", ["recordings", "call.wav"])
async def test_recordings_that_may_not_be_read(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    """Root may read everything, so that the refusal is made here."""
    (tmp_path / "recordings/call.wav").touch()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != closed and access(path, mode))
    finding = (await doctor())["recordings"]
    assert (finding.status, "may not be read" in finding.said) == (ERROR, True)


async def test_a_queue_event_that_comes_meanwhile(doctor: Doctor, peer: Peer) -> None:
    async def busy(connection: Connection, action: Action) -> None:
        connection.say("Event: QueueCallerJoin\r\nPrivilege: agent,all\r\nTimestamp: 1.5\r\nQueue: support")
        await release("22.10.1")(connection, action)

    peer.answers["CoreSettings"] = busy
    assert (await doctor())["queue_events"].status is OK


@pytest.mark.parametrize(
    ("location", "state", "status", "said"),
    [
        ("PJSIP/9999", "PJSIP/9999", "4", "no such phone: PJSIP/9999 in support"),
        ("Local/1001@agents/n", "Local/1001@agents/n", "1", "does not see the phone behind Local members"),
        ("Local/1001@agents/n", "PJSIP/1001", "1", ""),
    ],
)
async def test_members_without_a_phone(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, location: str, state: str, status: str, said: str
) -> None:
    member = (
        f"Event: QueueMember\r\nQueue: support\r\nName: [red]\r\nLocation: {location}\r\n"
        f"StateInterface: {state}\r\nStatus: {status}"
    )
    monkeypatch.setitem(peers.LISTS, "QueueStatus", ((QUEUES[0], member), "QueueStatusComplete"))
    finding = (await doctor())["members"]
    assert finding.status is (WARNING if said else OK)
    assert said in finding.said


async def test_queues_and_agents_that_the_pbx_does_not_know(doctor: Doctor, peer: Peer) -> None:
    found = await doctor(queues={"Support": QueueSettings(), "nights": QueueSettings()})
    assert (found["queues"].status, found["queues"].said) == (ERROR, "in the settings, but in no PBX: nights")
    peer.answers["Getvar"] = device("INVALID")
    found = await doctor()
    assert (found["agents"].status, found["agents"].said) == (ERROR, "no PBX knows the phone of: Li Na (PJSIP/1001)")
    peer.answers["Getvar"] = refuse
    assert (await doctor())["agents"].status is UNKNOWN


async def test_an_interface_that_is_no_interface_is_never_sent(doctor: Doctor, peer: Peer) -> None:
    odd = AgentSettings(number="1001", name="Li Na", interface="PJSIP/1)${SHELL(id)}")
    assert (await doctor(agents=(odd,)))["agents"].status is UNKNOWN
    assert {action["Variable"] for action in peer.asked if action["Action"] == "Getvar"} == {"QUEUESTATUS"}


async def test_databases(doctor: Doctor, tmp_path: Path) -> None:
    assert "no SQLite file yet" in (await doctor())["database"].said
    assert not (tmp_path / "var").exists(), "nothing is made"
    url = f"sqlite+aiosqlite:///{tmp_path / 'own.db'}"
    with sqlite3.connect(tmp_path / "own.db"):
        assert (await doctor(database_url=url))["database"].status is OK, "empty"
    engine = make_engine(url)
    await migrate(engine)
    await engine.dispose()
    assert "reachable, schema" in (await doctor(database_url=url))["database"].said
    for revision, status in (("0001", WARNING), ("9999", ERROR)):
        _put_revision(tmp_path / "own.db", revision)
        assert (await doctor(database_url=url))["database"].status is status
    (tmp_path / "text.db").write_text("this is no database" * 100)
    for wrong in (
        f"sqlite+aiosqlite:///{tmp_path / 'text.db'}",
        "postgresql+asyncpg://u:hidden@127.0.0.1:1/x",
        "nonsense",
    ):
        finding = (await doctor(database_url=wrong))["database"]
        assert finding.status is ERROR
        assert "hidden" not in finding.said


def _put_revision(path: Path, revision: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    connection.close()


async def test_a_data_folder_that_cannot_be(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert (await doctor(data_folder=tmp_path / "file/var"))["data_folder"].status is ERROR
    monkeypatch.setattr(machine, "FREE_WARNING_BYTES", 1 << 60)
    assert (await doctor())["data_folder"].status is WARNING
    monkeypatch.setattr(machine, "FREE_ERROR_BYTES", 1 << 60)
    assert (await doctor())["data_folder"].status is ERROR


async def test_a_dialplan_of_an_older_release_says_what_it_lacks(doctor: Doctor, peer: Peer) -> None:
    async def tell(connection: Connection, action: Action) -> None:
        await (refuse if action["Context"] == "callcenter-pulled" else peers.tell_list)(connection, action)

    peer.answers["ShowDialPlan"] = tell
    finding = (await doctor())["dialplan"]
    assert finding.status is ERROR
    assert "callcenter-pulled is missing" in finding.said
    assert "dialplan render" in finding.advice


async def test_a_dialplan_that_is_not_ours_is_a_warning(doctor: Doctor, peer: Peer) -> None:
    peer.answers["ShowDialPlan"] = refuse
    finding = (await doctor())["dialplan"]
    assert (finding.status, "is not ours" in finding.said) == (WARNING, True)


async def test_a_dialplan_that_cannot_be_looked_at_is_no_fault(doctor: Doctor, peer: Peer) -> None:
    peer.answers["ListCommands"] = may(*(name for name in SOUND if name != "ShowDialPlan"))
    assert (await doctor())["dialplan"].status is UNKNOWN


async def test_a_store_that_cannot_be_used(doctor: Doctor, tmp_path: Path) -> None:
    assert (await doctor())["store"].status is OK
    kept = tmp_path / "kept"
    away = (await doctor(recordings=RecordingSettings(storage=str(kept))))["store"]
    assert away.status is ERROR
    assert "is not there" in away.said
    kept.mkdir()
    assert (await doctor(recordings=RecordingSettings(storage=str(kept))))["store"].status is OK
    server = BucketServer()
    bucket = RecordingSettings(storage="s3://centre/copies", s3=server.settings)
    assert "no such bucket" in (await doctor(recordings=bucket))["store"].said
    server.make_bucket("centre")
    assert (await doctor(recordings=bucket))["store"].status is OK
    server.stop()
    assert "cannot be used now" in (await doctor(recordings=bucket))["store"].said


@pytest.fixture
async def encrypted(tmp_path: Path) -> RecordingSettings:
    """A centre with a master key and one encrypted copy."""
    (tmp_path / "master.keys").write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    (tmp_path / "master.keys").chmod(0o600)
    settings = RecordingSettings(master_key_file=tmp_path / "master.keys")
    engine, key, name = make_engine(_database(tmp_path)), new_key(), "0/1.opus.sealed"
    await migrate(engine)
    recorder = Recorder(engine)
    recorder.note([a_recording()])
    await recorder.flush()
    async with make_sessions(engine).begin() as session:
        session.add(key_row(name, Masters.of(settings).wrap(key, name), 1))
    await engine.dispose()
    folder = tmp_path / "var" / "recordings" / "stored" / "0"
    folder.mkdir(parents=True)
    (tmp_path / "plain").write_bytes(b"OggS")
    seal_file(tmp_path / "plain", folder / "1.opus.sealed", key)
    return settings


def _database(folder: Path) -> str:
    return f"sqlite:///{folder}/var/callcenter.db"


async def test_master_keys_that_open_what_is_encrypted(
    doctor: Doctor, tmp_path: Path, encrypted: RecordingSettings
) -> None:
    found = (await doctor(recordings=encrypted))["master_key"]
    assert (found.status, found.said) == (OK, "1 files are encrypted, and the newest copy can be opened")
    new = put_new_key(tmp_path / "master.keys", date(2026, 11, 27))
    old = Masters.of(encrypted).ids[1]
    assert (await doctor(recordings=encrypted))["master_key"].status is OK
    engine = make_engine(_database(tmp_path))
    await wrap_anew(make_sessions(engine), Masters.of(encrypted))
    await engine.dispose()
    said = (await doctor(recordings=encrypted))["master_key"].said
    assert said.endswith(f"not in use any more: {old}")
    assert new not in said


async def test_master_keys_that_are_missing_open_to_others_or_open_nothing(
    doctor: Doctor, tmp_path: Path, encrypted: RecordingSettings
) -> None:
    async def found() -> Finding:
        return (await doctor(recordings=encrypted))["master_key"]

    key_file, copy = tmp_path / "master.keys", tmp_path / "var" / "recordings" / "stored" / "0" / "1.opus.sealed"
    for rights, status in ((0o640, OK), (0o644, WARNING), (0o660, WARNING)):
        key_file.chmod(rights)
        assert (await found()).status is status
    key_file.chmod(0o600)
    sealed = copy.read_bytes()
    copy.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert ((await found()).status, "cannot be opened" in (await found()).said) == (ERROR, True)
    copy.unlink()
    assert ((await found()).status, "is not where" in (await found()).said) == (WARNING, True)
    key_file.write_text("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=")
    told = await found()
    assert (told.status, "are in use that are not there" in told.said, "1 files" in told.said) == (ERROR, True, True)
    none = (await doctor(recordings=RecordingSettings()))["master_key"]
    assert (none.status, "not there" in none.said) == (ERROR, True)
    key_file.write_text("no key")
    assert (await found()).status is ERROR
    key_file.unlink()
    assert "No such file" in (await found()).said


async def test_complaints_that_nobody_is_called_about(doctor: Doctor, tmp_path: Path) -> None:
    assert (await doctor())["complaints"].status is WARNING
    repairs = TicketSettings(types=(TicketType(code="repair", label_en="Repair", label_zh="报修"),))
    assert (await doctor(tickets=repairs))["complaints"].status is OK
    engine = make_engine(_database(tmp_path))
    await migrate(engine)
    sessions = make_sessions(engine)
    list_id = await create_list(sessions, FIELDS, 1.0)
    async with sessions.begin() as session:
        session.add(FillRule(list_id=list_id, kind="closed_complaint", options={}, created_at=1.0, created_by="boss"))
    await engine.dispose()
    assert (await doctor())["complaints"].said == "closed complaints are called back"
