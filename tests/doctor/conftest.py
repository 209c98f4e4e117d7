"""A peer that answers everything the doctor asks as a sound Asterisk does, until a test makes it ill."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from callcenter.doctor.checks import look
from callcenter.doctor.findings import Finding
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from tests.asterisk.peer import Action, Answer, Connection, Peer

LISTENER = ("QueueStatus", "CoreShowChannels", "DeviceStateList", "Getvar")
PRIVILEGES = {
    "QueueStatus": "<none>",
    "QueueAdd": "agent,all",
    "Originate": "originate,all",
    "Redirect": "call,all",
    "Setvar": "call,all",
    "UserEvent": "user,all",
    "CoreShowChannels": "system,reporting,all",
    "ShowDialPlan": "config,reporting,all",
    "Command": "command,all",
    "UpdateConfig": "config,all",
    "ModuleLoad": "system,all",
}
SOUND = ("QueueStatus", "QueueAdd", "Originate", "Redirect", "Setvar", "UserEvent", "CoreShowChannels", "ShowDialPlan")

Doctor = Callable[..., Awaitable[dict[str, Finding]]]


def may(*actions: str) -> Answer:
    """Lists these actions as those of the account."""

    async def tell(connection: Connection, action: Action) -> None:
        connection.respond(action, "\r\n".join(f"{name}: Does it.  (Priv: {PRIVILEGES[name]})" for name in actions))

    return tell


def release(version: str) -> Answer:
    """Tells this release."""

    async def tell(connection: Connection, action: Action) -> None:
        connection.respond(action, f"AsteriskVersion: {version}")

    return tell


def ping(ahead_seconds: float) -> Answer:
    """Tells a clock that is ahead."""

    async def tell(connection: Connection, action: Action) -> None:
        connection.respond(action, f"Ping: Pong\r\nTimestamp: {time.time() + ahead_seconds:.6f}")

    return tell


def device(state: str) -> Answer:
    """Tells this state of every device, and that no variable is set."""

    async def tell(connection: Connection, action: Action) -> None:
        value = state if action["Variable"].startswith("DEVICE_STATE") else ""
        connection.respond(action, f"Variable: {action['Variable']}\r\nValue: {value}")

    return tell


def echo(event: str, headers: str, stamp: str = "Timestamp: 1795346332.327494\r\n") -> Answer:
    """Does as asked, and tells everybody."""

    async def tell(connection: Connection, action: Action) -> None:
        connection.respond(action, "Message: done")
        connection.say(f"Event: {event}\r\nPrivilege: x,all\r\n{stamp}ActionID: {action['ActionID']}\r\n{headers}")

    return tell


def echoes(stamp: str = "Timestamp: 1795346332.327494\r\n") -> dict[str, Answer]:
    """All echoes."""
    return {
        "UserEvent": echo("UserEvent", "UserEvent: CallcenterDoctor", stamp),
        "Setvar": echo("VarSet", "Channel: none\r\nUniqueid: none\r\nVariable: QUEUESTATUS\r\nValue: ", stamp),
        "Originate": echo("OriginateResponse", "Response: Failure\r\nChannel: CallcenterDoctor/none", stamp),
    }


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """A peer in full health."""
    peer = Peer()
    peer.answers |= {
        "ListCommands": may(*SOUND),
        "CoreSettings": release("22.10.1+dfsg-1"),
        "Ping": ping(0),
        "Getvar": device("NOT_INUSE"),
        **echoes(),
    }
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
def pbx(peer: Peer, tmp_path: Path) -> PbxSettings:
    """The peer, with its queue_log and its recordings."""
    (tmp_path / "recordings").mkdir()
    (tmp_path / "queue_log").write_text(f"{int(time.time())}|NONE|NONE|NONE|QUEUESTART|\n")
    update = {"recordings_folder": tmp_path / "recordings", "queue_log": tmp_path / "queue_log"}
    return peer.settings().model_copy(update=update)


@pytest.fixture
def doctor(pbx: PbxSettings, tmp_path: Path) -> Doctor:
    """Makes every check on these settings, the peer's changed by `pbx`; what each check found."""

    async def call(pbx_update: dict[str, object] | None = None, **update: object) -> dict[str, Finding]:
        settings = Settings(
            data_folder=tmp_path / "var",
            pbxs=(pbx.model_copy(update=pbx_update or {}),),
            queues={"support": QueueSettings(extension="4000")},
            agents=(AgentSettings(number="1001", name="Li Na"),),
        ).model_copy(update=update)
        return {row.name: row.finding for row in await look(lambda: settings)}

    return call
