"""One AMI connection in use: login, the survey, the watch over it, and the actions asked on it."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from panoramisk.actions import Action

from callcenter.asterisk.intake import Intake
from callcenter.asterisk.messages import Message
from callcenter.asterisk.protocol import Protocol
from callcenter.asterisk.survey import QUESTIONS, survey_id
from callcenter.errors import OutcomeUnknown, PhoneUnreachable
from callcenter.floor.events import AnyEvent, LinkState, Surveyed
from callcenter.floor.terms import Seconds
from callcenter.settings import PbxSettings

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


DEFAULT_TIMING = LinkTiming()


class Ended(Exception):
    """A connection is over: the state of the link that follows, and why, in words."""

    def __init__(self, state: LinkState, detail: str) -> None:
        super().__init__(detail)
        self.state = state
        self.detail = detail


def login_headers(settings: PbxSettings, challenge: str) -> dict[str, str]:
    """The login that answers a challenge. MD5 is what AMI offers; it keeps the password off the wire."""
    secret = challenge + settings.secret.get_secret_value()
    return {
        "Action": "Login",
        "AuthType": "MD5",
        "Username": settings.username,
        "Key": hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest(),
        "Events": EVENT_CLASSES,
    }


class Session:
    """What is done on one connection, from the login to its end; `tell` is told each state of the link on the way.

    Its ActionIDs have a prefix of their own: the answers to another program, to another server at the same PBX or to
    an earlier connection are never taken for ours.
    """

    def __init__(
        self,
        protocol: Protocol,
        settings: PbxSettings,
        intake: Intake,
        tell: Callable[[LinkState, str], None],
        timing: LinkTiming,
    ) -> None:
        self.protocol = protocol
        self.settings = settings
        self.timing = timing
        self._intake = intake
        self._tell = tell
        self._instance = secrets.token_hex(4)
        self._actions = 0
        self._surveys = 0
        self._shortcoming = ""
        self._booted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._surveyed: asyncio.Future[Surveyed] | None = None
        self._wanted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> NoReturn:
        """Keeps the connection in use until Ended tells why it is over."""
        await self._log_in()
        self._tell(LinkState.SURVEYING, "asking for the state of the floor")
        while True:
            await self._survey_until_complete()
            self._tell(LinkState.LIVE, self._shortcoming)
            await self._keep_alive()

    def answered(self, message: Message) -> None:
        """Takes a message that concerns the connection: a response, FullyBooted, Shutdown."""
        match message.get("Event"):
            case "FullyBooted":
                if not self._booted.done():
                    self._booted.set_result(None)
            case "Shutdown":
                restarts = message.get("Restart") == "True"
                self.protocol.close("Asterisk is restarting" if restarts else "Asterisk is shutting down")
            case _:
                self.protocol.answer(message)

    def survey_again(self) -> None:
        """Wants a survey before the next one is due."""
        if not self._wanted.done():
            self._wanted.set_result(None)

    def happened(self, event: AnyEvent) -> None:
        """Notices the survey's end among the events that were applied."""
        if isinstance(event, Surveyed) and self._surveyed is not None and not self._surveyed.done():
            self._surveyed.set_result(event)

    async def _log_in(self) -> None:
        challenge = await self._demand({"Action": "Challenge", "AuthType": "MD5"}, "the login")
        self._raise_if_refused(challenge)
        login = login_headers(self.settings, challenge.get("Challenge", ""))
        self._raise_if_refused(await self._demand(login, "the login"))

    def _raise_if_refused(self, answer: Message) -> None:
        if answer.get("Response") == "Success":
            return
        said = answer.get("Message", "")
        if said == "Authentication failed":
            where = f"{self.settings.host}:{self.settings.port}"
            why = f"wrong AMI user name or password (user {self.settings.username} at {where})"
            raise Ended(LinkState.REFUSED, why)
        # An Asterisk that is going down says so to whoever comes.
        raise Ended(LinkState.DOWN, said or "the AMI login was refused without a reason")

    async def _survey_until_complete(self) -> None:
        """Surveys once Asterisk is up: FullyBooted, at once or at the end of its start, or a deadline.

        An account without `read=system` never gets FullyBooted (docs/asterisk.md).
        """
        complaint = ""
        for _ in range(self.timing.surveys):
            await self._wait(self.timing.boot_seconds if self._boot() else 0, *self._boot())
            complaint = await self._survey()
            if not complaint:
                return
            self._intake.give_up_survey()
            self._tell(LinkState.SURVEYING, complaint)
            await self._wait(self.timing.survey_again_seconds)
        raise Ended(LinkState.DOWN, complaint)

    def _boot(self) -> "tuple[asyncio.Future[None], ...]":
        """The news that Asterisk is up, while there has been none."""
        return () if self._booted.done() else (self._booted,)

    async def _survey(self) -> str:
        """Asks for everything once. Returns what was wrong with the answers, "" when they were complete."""
        # A ping's answer tells the PBX's clock, which list answers do not (docs/asterisk.md).
        await self._demand({"Action": "Ping"}, "a ping")
        self._surveys += 1
        surveyed = self._surveyed = asyncio.get_running_loop().create_future()
        refused = []
        for question in QUESTIONS:
            asked = {"Action": question, "ActionID": survey_id(self._instance, self._surveys, question)}
            answer = await self._demand(asked, question)
            if answer.get("Response") != "Success":
                refused.append(question)
        if QUESTIONS[-1] in refused:
            return f"Asterisk does not answer {QUESTIONS[-1]}: is it starting, is app_queue loaded?"
        if not await self._wait(self.timing.survey_seconds, surveyed):
            return "the state of the floor came incompletely; asking again"
        self._shortcoming = f"the AMI account may not ask {' or '.join(refused)}" if refused else ""
        return ""

    async def _keep_alive(self) -> None:
        """Pings until the next survey is due: now and then, since a QueueReload changes members without an event
        (docs/asterisk.md), when Asterisk ends its start after a first survey, and when one is wanted."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.timing.survey_every_seconds
        while loop.time() < due:
            if await self._wait(self.timing.ping_every_seconds, self._wanted, *self._boot()):
                self._wanted = loop.create_future() if self._wanted.done() else self._wanted
                return
            await self._demand({"Action": "Ping"}, "a ping")

    async def ask(self, headers: Mapping[str, str | Sequence[str]]) -> Message:
        """The response to an action that is sent once. Raises PhoneUnreachable or OutcomeUnknown."""
        self._actions += 1
        # The prefix keeps our answers apart from those of other programs, and of another server at the same PBX.
        action = Action({"ActionID": f"callcenter-{self._instance}:{self._actions}", **headers})
        future = self.protocol.send(action)
        try:
            await asyncio.wait({future}, timeout=self.timing.answer_seconds)
            if not future.done():
                raise OutcomeUnknown(f"{self.settings.name} gave no answer to {headers['Action']} in time.")
            return future.result()
        finally:
            self.protocol.responses.pop(action.id, None)

    async def _demand(self, headers: Mapping[str, str | Sequence[str]], what: str) -> Message:
        """An action of the link's own, without whose answer the connection is worth nothing. Raises Ended."""
        try:
            return await self.ask(headers)
        except (OutcomeUnknown, PhoneUnreachable):
            self._raise_if_lost()
            late = f"no answer to {what} within {self.timing.answer_seconds:g} s"
            raise Ended(LinkState.DOWN, late) from None

    async def _wait(self, seconds: Seconds, *news: "asyncio.Future[Any]") -> bool:
        """Waits until one of `news` is there, at most `seconds`, and says whether it is. Raises Ended once lost."""
        await asyncio.wait({self.protocol.lost, *news}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self._raise_if_lost()
        return any(future.done() for future in news)

    def _raise_if_lost(self) -> None:
        if self.protocol.lost.done():
            raise Ended(LinkState.DOWN, self.protocol.lost.result())
