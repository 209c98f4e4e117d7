"""Asks a PBX, without consequences, what there is to know about it before a server relies on it.

One connection of its own, apart from the link's. What is asked changes no call, no member and no statistics: lists,
settings, device states, and three echoes (see `ECHOES`) that show whether events of their class come through.
"""

import asyncio
import re
import secrets
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from callcenter.asterisk import actions
from callcenter.asterisk.messages import BANNER, Framer, Message, NotAmi, parse
from callcenter.asterisk.session import login_headers
from callcenter.asterisk.survey import QUESTIONS
from callcenter.asterisk.translate import LISTEN_CONTEXT
from callcenter.floor.terms import Seconds
from callcenter.settings import PbxSettings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 5.0
LIST_SECONDS = 30.0
ECHO_SECONDS = 2.0
"""An event comes within milliseconds of what caused it; a busy PBX gets its time."""

MAX_BANNER_BYTES = 200
_INTERFACE = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@+/-]+")


PLACES: Mapping[str, str] = {
    actions.CALLBACK_CONTEXT: "s",
    actions.AGENT_FIRST_CONTEXT: "s",
    actions.PULLED_CONTEXT: "back",
    LISTEN_CONTEXT: "4",
}
"""Where the server sends calls, by context an extension of it: what a dialplan of an older release lacks."""


class Reached(IntEnum):
    """How far a connection came."""

    NOTHING = 0
    ADDRESS = 1
    AMI = 2
    LOGIN = 3


class Echo(NamedTuple):
    """An action that does nothing but cause an event: its class in `read=`, its headers, what the event then has."""

    event: str
    read_class: str
    action: Mapping[str, str]
    marks: Mapping[str, str]


ECHOES = (
    Echo("UserEvent", "user", {"Action": "UserEvent", "UserEvent": "CallcenterDoctor"}, {}),
    # A global variable is set to the empty value that it has; the server ignores that.
    Echo(
        "VarSet",
        "dialplan",
        {"Action": "Setvar", "Variable": "QUEUESTATUS", "Value": ""},
        {"Variable": "QUEUESTATUS", "Channel": "none"},
    ),
    # There is no such technology, so that no channel is made: Asterisk writes a warning into its log and says so.
    Echo(
        "OriginateResponse",
        "call",
        {"Action": "Originate", "Channel": "CallcenterDoctor/none", "Application": "NoOp", "Async": "true"},
        {"Channel": "CallcenterDoctor/none"},
    ),
)


@dataclass(kw_only=True)
class Examination:
    """What one PBX answered. What could not be asked is None or missing."""

    pbx: PbxSettings
    reached: Reached = Reached.NOTHING
    why: str = ""
    """Why the connection came no further; "" after a login."""
    banner: str = ""
    booted: Message | None = None
    actions: Message = field(default_factory=dict)
    """Each action that the account may use, with its classes: `Originate a call.  (Priv: originate,all)`."""
    core: Message = field(default_factory=dict)
    skew_seconds: Seconds | None = None
    """The PBX's clock minus ours."""
    lists: dict[str, list[Message] | None] = field(default_factory=dict)
    """The items of each list of the survey; None when it was refused or did not end."""
    echoes: dict[str, Message | None] = field(default_factory=dict)
    """The event that each echo caused, None if none came; an echo that was not possible is missing."""
    devices: dict[str, str] = field(default_factory=dict)
    """The state of each interface that was asked for, as Asterisk writes it; INVALID when there is no such phone."""
    dialplan: dict[str, bool] = field(default_factory=dict)
    """Of each of `PLACES` whether it is in the dialplan; empty where the account may not look."""
    events: list[Message] = field(default_factory=list)
    """Everything that came meanwhile."""


class Lost(Exception):
    """The connection ended, or an answer did not come."""


async def examine(
    pbx: PbxSettings, interfaces: Iterable[str] = (), clock: Callable[[], float] = time.time
) -> Examination:
    """Connects, logs in, asks and leaves. Never raises for what the peer does: how far it came is the answer."""
    found = Examination(pbx=pbx)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(pbx.host, pbx.port)
    except OSError as error:
        found.why = _words(error)
        return found
    found.reached = Reached.ADDRESS
    try:
        if pbx.tls:
            async with asyncio.timeout(CONNECT_SECONDS):
                await writer.start_tls(ssl.create_default_context(), server_hostname=pbx.host)
        asking = _Asking(found, reader, writer)
        await asking.take_banner()
        await asking.log_in()
        await asking.ask_all(interfaces, clock)
    except (Lost, NotAmi) as error:
        found.why = str(error)
    except OSError as error:
        found.why = _words(error)
    finally:
        writer.transport.abort()
    return found


def _words(error: OSError) -> str:
    """What went wrong, in words. TimeoutError and SSLError are kinds of OSError."""
    if isinstance(error, ssl.SSLError):
        return getattr(error, "verify_message", "") or error.reason or str(error)
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_SECONDS:g} s"
    return error.strerror or str(error)


class _Asking:
    """One connection, used in turn: an action is sent, messages are read until its answer is there."""

    def __init__(self, found: Examination, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.found = found
        self._reader = reader
        self._writer = writer
        self._framer = Framer()
        self._ready: list[Message] = []
        self._name = secrets.token_hex(4)
        self._asked = 0

    async def take_banner(self) -> None:
        """Reads the first line. Raises Lost when it is none of AMI's."""
        line = b""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while not line.endswith(b"\n") and len(line) < MAX_BANNER_BYTES:
                    byte = await self._reader.read(1)
                    if not byte:
                        break
                    line += byte
        except TimeoutError:
            raise Lost(f"it says nothing within {ANSWER_SECONDS:g} s") from None
        told = "".join(character for character in line.decode("utf-8", "replace").strip() if character.isprintable())
        if not line.startswith(BANNER):
            raise Lost(f"it begins with {told[:40]!r}" if told else "it closes the connection at once")
        self.found.banner = told
        self.found.reached = Reached.AMI

    async def log_in(self) -> None:
        """Raises Lost with Asterisk's words when it refuses."""
        challenge = await self.ask({"Action": "Challenge", "AuthType": "MD5"})
        answer = await self.ask(login_headers(self.found.pbx, challenge.get("Challenge", "")))
        if answer.get("Response") != "Success":
            raise Lost(answer.get("Message", "refused without a reason"))
        self.found.reached = Reached.LOGIN

    async def ask_all(self, interfaces: Iterable[str], clock: Callable[[], float]) -> None:
        """Everything that is asked of an account that is in."""
        found = self.found
        found.skew_seconds = await self._skew(clock)
        found.actions = await self.ask({"Action": "ListCommands"})
        found.core = await self.ask({"Action": "CoreSettings"})
        for question in QUESTIONS:
            found.lists[question] = await self._list(question)
        for interface in interfaces:
            if _INTERFACE.fullmatch(interface):
                answer = await self.ask({"Action": "Getvar", "Variable": f"DEVICE_STATE({interface})"})
                found.devices[interface] = answer.get("Value", "")
        if "ShowDialPlan" in found.actions:
            for context, extension in PLACES.items():
                shown = await self._list("ShowDialPlan", Context=context, Extension=extension)
                found.dialplan[context] = shown is not None
        await self._echo()
        found.booted = next((event for event in found.events if event.get("Event") == "FullyBooted"), None)

    async def ask(self, headers: Mapping[str, str]) -> Message:
        """The response to an action; events that come before it are kept. Raises Lost."""
        self._asked += 1
        action_id = f"callcenter-doctor-{self._name}:{self._asked}"
        self._writer.write(actions.encode({"ActionID": action_id, **headers}))
        return await self._until(
            lambda m: "Response" in m and m.get("ActionID") == action_id, headers["Action"], ANSWER_SECONDS
        )

    async def _skew(self, clock: Callable[[], float]) -> Seconds | None:
        asked_at = clock()
        answer = await self.ask({"Action": "Ping"})
        try:
            return float(answer.get("Timestamp", "")) - (asked_at + clock()) / 2
        except ValueError:
            return None

    async def _list(self, question: str, **about: str) -> list[Message] | None:
        """The items of a list. A list that does not end is told as one that was refused."""
        before = len(self.found.events)
        answer = await self.ask({"Action": question, **about})
        if answer.get("Response") != "Success":
            return None
        ours = answer["ActionID"]
        try:
            await self._until(
                lambda m: m.get("ActionID") == ours and m.get("EventList") == "Complete", question, LIST_SECONDS
            )
        except Lost:
            return None
        return [m for m in self.found.events[before:] if m.get("ActionID") == ours and m.get("EventList") is None]

    async def _echo(self) -> None:
        """Causes what this account may cause, and waits for what comes of it."""
        answer = await self.ask({"Action": "Getvar", "Variable": "QUEUESTATUS"})
        for echo in ECHOES:
            is_taken = echo.event == "VarSet" and (answer.get("Response") != "Success" or answer.get("Value"))
            if echo.action["Action"] not in self.found.actions or is_taken:
                continue
            asked = await self.ask({**echo.action})
            if asked.get("Response") == "Success":
                wanted = {"Event": echo.event, **echo.marks}
                if echo.event == "UserEvent":
                    wanted["ActionID"] = asked["ActionID"]
                self.found.echoes[echo.event] = await self._heard(wanted)

    async def _heard(self, wanted: Mapping[str, str]) -> Message | None:
        for event in self.found.events:
            if wanted.items() <= event.items():
                return event
        try:
            return await self._until(lambda m: wanted.items() <= m.items(), wanted["Event"], ECHO_SECONDS)
        except Lost:
            return None

    async def _until(self, holds: Callable[[Message], bool], what: str, seconds: Seconds) -> Message:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self._next()
                    if "Event" in message:
                        self.found.events.append(message)
                    if holds(message):
                        return message
        except TimeoutError:
            raise Lost(f"no answer to {what} within {seconds:g} s") from None

    async def _next(self) -> Message:
        while not self._ready:
            data = await self._reader.read(1 << 16)
            if not data:
                raise Lost("Asterisk closed the connection")
            self._ready = [parse(raw) for raw in self._framer.feed(data)]
        return self._ready.pop(0)
