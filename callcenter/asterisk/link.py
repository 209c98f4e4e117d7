"""The link to one PBX: an AMI connection that is kept up, watched and believed only as far as it goes.

It subclasses panoramisk's Manager and answers each fault that was found in it (ami.md, 1.3).
"""

import asyncio
import errno
import hashlib
import logging
import random
import secrets
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from panoramisk import Manager
from panoramisk.actions import Action

from callcenter.asterisk import actions
from callcenter.asterisk.intake import Intake, Sink
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.messages import Message
from callcenter.asterisk.protocol import Protocol
from callcenter.asterisk.survey import QUESTIONS, survey_id
from callcenter.errors import OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.commands import AnyCommand
from callcenter.floor.events import AnyEvent, Instant, LinkChanged, LinkState, Seconds, Surveyed
from callcenter.settings import PbxSettings

log = logging.getLogger(__name__)

EVENT_CLASSES = "system,call,agent,user,dialplan"
"""What the floor is told from; RTCP reports, digits, CDRs and security events stay at the PBX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTiming:
    """How long a link waits for what.

    The wait before a retry doubles from `first_retry_seconds` to `longest_retry_seconds`, shortened at random by up to
    half. After `surveys` incomplete surveys the connection is given up.
    """

    connect_seconds: Seconds = 10.0
    answer_seconds: Seconds = 5.0
    ping_every_seconds: Seconds = 10.0
    boot_seconds: Seconds = 3.0
    survey_seconds: Seconds = 30.0
    survey_again_seconds: Seconds = 2.0
    survey_every_seconds: Seconds = 600.0
    surveys: int = 5
    first_retry_seconds: Seconds = 0.5
    longest_retry_seconds: Seconds = 30.0
    refused_retry_seconds: Seconds = 60.0


class Ended(Exception):
    """A connection is over: the state of the link that follows, and why, in words."""

    def __init__(self, state: LinkState, detail: str) -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail


class Link(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Keeps one PBX connected, tells `sink` everything that happens there in order, and carries out commands.

    `state`, `detail`, `since` and `last_heard_at` (wall clock) are its health; each change is a LinkChanged, too.
    What the socket delivers goes to the journal before it is applied.
    """

    def __init__(
        self,
        settings: PbxSettings,
        *,
        sink: Sink,
        journal: Journal | None = None,
        clock: Callable[[], Instant] = time.time,
        timing: LinkTiming = LinkTiming(),
    ) -> None:
        super().__init__(
            host=settings.host,
            port=settings.port,
            ssl=ssl.create_default_context() if settings.tls else False,
            protocol_factory=self._new_protocol,
            log=log,
        )
        self.protocol: Protocol | None = None
        self.settings = settings
        self.state = LinkState.DOWN
        self.detail = "not started"
        self.since = clock()
        self.last_heard_at: Instant = 0.0
        self.intake = Intake(settings.name, self._happened, self._answered)
        self._sink = sink
        self._journal = journal
        self._clock = clock
        self._timing = timing
        self._where = f"{settings.host}:{settings.port}"
        self._instance = secrets.token_hex(4)
        self._actions = 0
        self._surveys = 0
        self._tries = 0
        self._booted: asyncio.Future[None] | None = None
        self._surveyed: asyncio.Future[Surveyed] | None = None
        self._task: asyncio.Task[None] | None = None

    # --- for the rest of the house ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begins to connect, in the background and for as long as it takes. Must be called inside a running loop."""
        if self._task is None:
            self._change(LinkState.CONNECTING, f"connecting to {self._where}")
            self._task = asyncio.create_task(self._run(), name=f"link {self.settings.name}")

    async def close(self) -> None:
        """Ends the link for good; commands that were not answered fail as OutcomeUnknown."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.state, self.detail, self.since = LinkState.DOWN, "closed", self._clock()

    async def send(self, command: AnyCommand) -> None:
        """Carries out a command: sent at most once, and only while the floor is known.

        Raises BadInput or PhoneRefused (nothing happened), PhoneUnreachable (not sent), OutcomeUnknown (sent, no
        answer in time).
        """
        headers = actions.action(command)
        protocol = self.protocol
        if self.state is not LinkState.LIVE or protocol is None:
            raise PhoneUnreachable(f"No link to {self.settings.name} ({self.detail}); nothing was sent.")
        answer = await self._ask(protocol, headers)
        if answer.get("Response") != "Success":
            raise PhoneRefused(f"{self.settings.name}: {answer.get('Message', 'refused without a reason')}")
        log.info("%s: %s accepted", self.settings.name, type(command).__name__)

    # --- the life of the link -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            ending = await self._one_connection()
            self._change(ending.state, ending.detail)
            await asyncio.sleep(self._delay(ending.state))

    def _delay(self, state: LinkState) -> Seconds:
        if state is LinkState.REFUSED:
            # Each try is a line in the PBX's security log, which fail2ban counts.
            return self._timing.refused_retry_seconds
        doubled = self._timing.first_retry_seconds * 2.0 ** min(self._tries, 20)
        longest: float = min(self._timing.longest_retry_seconds, doubled)
        self._tries += 1
        return longest * random.uniform(0.5, 1)  # noqa: S311 -- spreads reconnects, guards nothing

    async def _one_connection(self) -> Ended:
        """From the first byte to the last: why it ended."""
        try:
            await self._session(await self._open())
        except Ended as ending:
            return ending
        except Exception:
            log.exception("The link to %s failed", self.settings.name)
            return Ended(LinkState.DOWN, "the link failed inside; see the log")
        finally:
            if self.protocol is not None:
                self.protocol.close("the link was closed")
            self.protocol = None
            self.intake.reset()

    def _new_protocol(self) -> Protocol:
        # Known from here on, so that it is closed also when the connection is given up half-way.
        protocol = self.protocol = Protocol(self._received)
        return protocol

    def connection_made(self, f: "asyncio.Future[object]") -> None:
        """panoramisk would send the password in clear here and reconnect every two seconds; the session does it."""

    async def _open(self) -> Protocol:
        opening: asyncio.Task[tuple[object, Protocol]] = self.connect()
        try:
            return (await asyncio.wait_for(opening, self._timing.connect_seconds))[1]
        except TimeoutError:
            raise Ended(LinkState.DOWN, f"no answer from {self._where}") from None
        except ssl.SSLError as error:
            raise Ended(LinkState.DOWN, f"TLS with {self._where} failed: {error.reason or error}") from error
        except OSError as error:
            refused = error.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(error)
            words = "connection refused at" if refused else f"{error.strerror or error}:"
            raise Ended(LinkState.DOWN, f"{words} {self._where}") from error

    async def _session(self, protocol: Protocol) -> NoReturn:
        self._booted = asyncio.get_running_loop().create_future()
        await self._log_in(protocol)
        self._change(LinkState.SURVEYING, "asking for the state of the floor")
        while True:
            await self._survey_until_complete(protocol)
            self._tries = 0
            self._change(LinkState.LIVE, "")
            await self._keep_alive(protocol)

    async def _keep_alive(self, protocol: Protocol) -> None:
        """Pings until the next survey is due: now and then, since a QueueReload changes members without an event
        (ami-observed.md, 6), and when Asterisk ends its start after a first survey."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._timing.survey_every_seconds
        while loop.time() < due:
            if await self._wait(protocol, self._timing.ping_every_seconds, *self._boot()):
                return
            await self._demand(protocol, {"Action": "Ping"}, "a ping")

    async def _log_in(self, protocol: Protocol) -> None:
        challenge = await self._demand(protocol, {"Action": "Challenge", "AuthType": "MD5"}, "the login")
        secret = challenge.get("Challenge", "") + self.settings.secret.get_secret_value()
        # MD5 is what AMI offers; it keeps the password itself off the wire (ami.md 3.1).
        login = {
            "Action": "Login",
            "AuthType": "MD5",
            "Username": self.settings.username,
            "Key": hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest(),
            "Events": EVENT_CLASSES,
        }
        answer = await self._demand(protocol, login, "the login")
        if answer.get("Response") != "Success":
            said = answer.get("Message", "")
            wrong = said in ("", "Authentication failed")
            why = "wrong AMI user name or password" if wrong else f"the AMI login was refused: {said}"
            raise Ended(LinkState.REFUSED, f"{why} (user {self.settings.username} at {self._where})")

    # --- the survey ---------------------------------------------------------------------------------------------

    async def _survey_until_complete(self, protocol: Protocol) -> None:
        """Surveys once Asterisk is up: FullyBooted, at once or at the end of its start, or a deadline.

        An account without `read=system` never gets FullyBooted (ami.md 1.3 #3).
        """
        complaint = ""
        for _ in range(self._timing.surveys):
            await self._wait(protocol, self._timing.boot_seconds if self._boot() else 0, *self._boot())
            complaint = await self._survey(protocol)
            if not complaint:
                return
            self.intake.give_up_survey()
            self._change(LinkState.SURVEYING, complaint)
            await self._wait(protocol, self._timing.survey_again_seconds)
        raise Ended(LinkState.DOWN, complaint)

    def _boot(self) -> "tuple[asyncio.Future[None], ...]":
        """The news that Asterisk is up, while there has been none."""
        return () if self._booted is None or self._booted.done() else (self._booted,)

    async def _survey(self, protocol: Protocol) -> str:
        """Asks for everything once. Returns what was wrong with the answers, "" when they were complete."""
        # A ping's answer tells the PBX's clock, which list answers do not (ami.md 2.1).
        await self._demand(protocol, {"Action": "Ping"}, "a ping")
        self._surveys += 1
        surveyed = self._surveyed = asyncio.get_running_loop().create_future()
        refused = []
        for question in QUESTIONS:
            asked = {"Action": question, "ActionID": survey_id(self._instance, self._surveys, question)}
            answer = await self._demand(protocol, asked, question)
            if answer.get("Response") != "Success":
                refused.append(question)
        if QUESTIONS[-1] in refused:
            return f"Asterisk does not answer {QUESTIONS[-1]}: is it starting, is app_queue loaded?"
        if refused:
            log.warning("%s: the AMI account may not ask %s", self.settings.name, " or ".join(refused))
        if not await self._wait(protocol, self._timing.survey_seconds, surveyed):
            return "the state of the floor came incompletely; asking again"
        return ""

    # --- one action ---------------------------------------------------------------------------------------------

    async def _ask(self, protocol: Protocol, headers: Mapping[str, str | Sequence[str]]) -> Message:
        """The response to an action that is sent once. Raises PhoneUnreachable or OutcomeUnknown."""
        self._actions += 1
        # The prefix keeps our answers apart from those of other programs, and of another server at the same PBX.
        action = Action({"ActionID": f"callcenter-{self._instance}:{self._actions}", **headers})
        future = protocol.send(action)
        try:
            await asyncio.wait({future}, timeout=self._timing.answer_seconds)
            if not future.done():
                raise OutcomeUnknown(f"{self.settings.name} gave no answer to {headers['Action']} in time.")
            return future.result()
        finally:
            protocol.responses.pop(action.id, None)

    async def _demand(self, protocol: Protocol, headers: Mapping[str, str | Sequence[str]], what: str) -> Message:
        """An action of the link's own, without whose answer the connection is worth nothing. Raises Ended."""
        try:
            return await self._ask(protocol, headers)
        except (OutcomeUnknown, PhoneUnreachable):
            self._raise_if_lost(protocol)
            late = f"no answer to {what} within {self._timing.answer_seconds:g} s"
            raise Ended(LinkState.DOWN, late) from None

    async def _wait(self, protocol: Protocol, seconds: Seconds, *news: "asyncio.Future[Any]") -> bool:
        """Waits until one of `news` is there, at most `seconds`, and says whether it is. Raises Ended once lost."""
        await asyncio.wait({protocol.lost, *news}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self._raise_if_lost(protocol)
        return any(future.done() for future in news)

    def _raise_if_lost(self, protocol: Protocol) -> None:
        if protocol.lost.done():
            raise Ended(LinkState.DOWN, protocol.lost.result())

    # --- what comes in ------------------------------------------------------------------------------------------

    def _received(self, data: bytes) -> None:
        self.last_heard_at = self._clock()
        if self._journal is not None:
            self._journal.append(data)
        self.intake.feed(data)

    def _answered(self, message: Message) -> None:
        protocol = self.protocol
        if protocol is None:
            return
        match message.get("Event"):
            case "FullyBooted":
                for booted in self._boot():
                    booted.set_result(None)
            case "Shutdown":
                restarts = message.get("Restart") == "True"
                protocol.close("Asterisk is restarting" if restarts else "Asterisk is shutting down")
            case _:
                protocol.answer(message)

    def _happened(self, event: AnyEvent) -> None:
        self._sink(event)
        if isinstance(event, Surveyed) and self._surveyed is not None and not self._surveyed.done():
            self._surveyed.set_result(event)

    def _change(self, state: LinkState, detail: str) -> None:
        if (state, detail) == (self.state, self.detail):
            return
        if state is not self.state:
            self.since = self._clock()
        self.state, self.detail = state, detail
        level = logging.WARNING if state in (LinkState.DOWN, LinkState.REFUSED) else logging.INFO
        log.log(level, "%s: %s%s", self.settings.name, state.value, f" ({detail})" if detail else "")
        self.intake.tell(LinkChanged(self.settings.name, self._clock(), state, detail))
