"""An AMI peer that speaks just enough AMI and misbehaves on demand: a fake, because faults must be produced."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable

from callcenter.settings import PbxSettings

Action = dict[str, str]
Answer = Callable[["Connection", Action], Awaitable[None]]

SECRET = "s3cret-of-the-peer"
CHALLENGE = "1234567"

FULLY_BOOTED = "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 100\r\nLastReload: 100\r\nStatus: Fully Booted"

QUEUES = (
    "Event: QueueParams\r\nQueue: support\r\nMax: 0\r\nStrategy: rrmemory\r\nCalls: 1",
    "Event: QueueMember\r\nQueue: support\r\nName: 王小明\r\nLocation: PJSIP/1001\r\nStateInterface: PJSIP/1001\r\n"
    "Membership: dynamic\r\nPenalty: 2\r\nCallsTaken: 0\r\nLastCall: 0\r\nLastPause: 0\r\nLoginTime: 1700000000\r\n"
    "InCall: 0\r\nStatus: 1\r\nPaused: 1\r\nPausedReason: meal\r\nWrapuptime: 15",
    "Event: QueueEntry\r\nQueue: support\r\nPosition: 1\r\nChannel: PJSIP/trunk-00000001\r\nUniqueid: 1700000000.1\r\n"
    "CallerIDNum: 13912345678\r\nCallerIDName: unknown\r\nConnectedLineNum: unknown\r\nConnectedLineName: unknown\r\n"
    "Wait: 42\r\nPriority: 0",
)
CHANNELS = (
    "Event: CoreShowChannel\r\nChannel: PJSIP/trunk-00000001\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    'CallerIDNum: 13912345678\r\nCallerIDName: Jo \\"Ace\\"\r\nConnectedLineNum: <unknown>\r\n'
    "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: inbound\r\nExten: 4000\r\nPriority: 3"
    "\r\nUniqueid: 1700000000.1\r\nLinkedid: 1700000000.1\r\nApplication: Queue\r\nApplicationData: support\r\n"
    "Duration: 01:01:42\r\nBridgeId: ",
)
DEVICES = (
    "Event: DeviceStateChange\r\nDevice: PJSIP/1001\r\nState: NOT_INUSE",
    "Event: DeviceStateChange\r\nDevice: Queue:support\r\nState: RINGING",
)
PLACE = ("Event: ListDialplan\r\nContext: callcenter-listen\r\nExtension: 4\r\nPriority: 1",)
LISTS = {
    "QueueStatus": (QUEUES, "QueueStatusComplete"),
    "CoreShowChannels": (CHANNELS, "CoreShowChannelsComplete"),
    "DeviceStateList": (DEVICES, "DeviceStateListComplete"),
    "ShowDialPlan": (PLACE, "ShowDialPlanComplete"),
}


def hang_up_event(channel_id: str, at: float) -> str:
    """A live event."""
    return (
        f"Event: Hangup\r\nPrivilege: call,all\r\nTimestamp: {at:.6f}\r\nChannel: PJSIP/trunk-00000001\r\n"
        f"Uniqueid: {channel_id}\r\nLinkedid: {channel_id}\r\nCause: 16\r\nCause-txt: Normal Clearing"
    )


def pause_event(name: str, reason: str, at: float = 1700000100.0) -> str:
    """A live event with text that people chose."""
    return (
        f"Event: QueueMemberPause\r\nPrivilege: agent,all\r\nTimestamp: {at:.6f}\r\nQueue: support\r\n"
        f"MemberName: {name}\r\nInterface: PJSIP/1001\r\nStateInterface: PJSIP/1001\r\nMembership: dynamic\r\n"
        f"Penalty: 0\r\nStatus: 1\r\nPaused: 1\r\nPausedReason: {reason}"
    )


class Connection:
    """One accepted connection."""

    def __init__(self, peer: "Peer", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.peer = peer
        self.reader = reader
        self.writer = writer
        self.closed = asyncio.Event()

    def say(self, text: str) -> None:
        """One message."""
        self.raw(text.encode() + b"\r\n\r\n")

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)

    def respond(self, action: Action, text: str, status: str = "Success") -> None:
        """The response to an action."""
        self.say(f"Response: {status}\r\nActionID: {action['ActionID']}\r\n{text}")

    def reset(self) -> None:
        """Ends the connection as a crash does."""
        transport = self.writer.transport
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()

    async def serve(self) -> None:
        """Answers actions until the end."""
        self.raw(self.peer.banner)
        try:
            while True:
                text = (await self.reader.readuntil(b"\r\n\r\n")).decode().strip()
                action: Action = {}
                for line in text.split("\r\n"):
                    key, _, value = line.partition(": ")
                    action[key] = f"{action[key]}\n{value}" if key in action else value
                await self.peer.act(self, action)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self.closed.set()
            self.writer.close()


class Peer:
    """A server on a free port of 127.0.0.1. `answers` replaces the proper answer to an action by another.

    Everything that was asked is in `asked`, in order, over all connections.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Action] = []
        self.connections: list[Connection] = []
        self.secret = SECRET
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self.says_fully_booted = True
        self.port = 0
        self._server: asyncio.Server | None = None
        self._news = asyncio.Condition()

    async def start(self) -> None:
        """Listens, on the same port as before if it had one."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends every connection and listens no more."""
        if self._server is None:
            return
        self._server.close()
        for connection in self.connections:
            connection.reset()
            await connection.closed.wait()
        await self._server.wait_closed()
        self._server = None

    def settings(self) -> PbxSettings:
        """The settings of a server that knows this peer."""
        return PbxSettings.model_validate(
            {"name": "pbx1", "host": "127.0.0.1", "port": self.port, "username": "callcenter", "secret": SECRET}
        )

    @property
    def connection(self) -> Connection:
        """The newest connection."""
        return self.connections[-1]

    def counts(self) -> Counter[str]:
        """How often each action was asked."""
        return Counter(action["Action"] for action in self.asked)

    async def until(self, condition: Callable[["Peer"], bool]) -> None:
        """Waits until something that was asked makes the condition true."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: condition(self))

    async def act(self, connection: Connection, action: Action) -> None:
        """Notes an action and answers it."""
        async with self._news:
            self.asked.append(action)
            self._news.notify_all()
        name = action["Action"]
        await self.answers.get(name, PROPER.get(name, accept))(connection, action)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        async with self._news:
            self.connections.append(connection)
            self._news.notify_all()
        await connection.serve()


async def accept(connection: Connection, action: Action) -> None:
    """The proper answer to most actions."""
    connection.respond(action, "Message: done")


async def mute(connection: Connection, action: Action) -> None:
    """No answer."""


async def die(connection: Connection, action: Action) -> None:
    """A crash instead of an answer."""
    connection.reset()


async def refuse(connection: Connection, action: Action) -> None:
    """An error."""
    connection.respond(action, "Message: Permission denied", "Error")


async def challenge(connection: Connection, action: Action) -> None:
    """The number that the password is mixed with."""
    connection.respond(action, f"Challenge: {CHALLENGE}")


async def log_in(connection: Connection, action: Action) -> None:
    """Checks the password as Asterisk does, and closes the connection when it is wrong."""
    key = hashlib.md5((CHALLENGE + connection.peer.secret).encode(), usedforsecurity=False).hexdigest()
    if action.get("Key") != key:
        connection.respond(action, "Message: Authentication failed", "Error")
        connection.writer.close()
        return
    connection.respond(action, "Message: Authentication accepted")
    if connection.peer.says_fully_booted:
        connection.say(FULLY_BOOTED)


async def pong(connection: Connection, action: Action) -> None:
    """An answer with the time."""
    connection.respond(action, "Ping: Pong\r\nTimestamp: 1700000042.000000")


async def tell_list(connection: Connection, action: Action) -> None:
    """A whole list."""
    items, end = LISTS[action["Action"]]
    begin_list(connection, action, len(items))
    connection.say(f"Event: {end}\r\nActionID: {action['ActionID']}\r\nEventList: Complete\r\nListItems: {len(items)}")


def begin_list(connection: Connection, action: Action, items: int) -> None:
    """The first items of a list, without its end."""
    connection.respond(action, "EventList: start\r\nMessage: will follow")
    for item in LISTS[action["Action"]][0][:items]:
        name, _, rest = item.partition("\r\n")
        connection.say(f"{name}\r\nActionID: {action['ActionID']}\r\n{rest}")


PROPER: dict[str, Answer] = {
    "Challenge": challenge,
    "Login": log_in,
    "Ping": pong,
    **dict.fromkeys(LISTS, tell_list),
}
