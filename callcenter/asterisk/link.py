"""The link to one PBX: an AMI connection that is kept up, watched and believed only as far as it goes.

It subclasses panoramisk's Manager and answers each fault that was found in it (docs/asterisk.md).
"""

import asyncio
import errno
import logging
import random
import ssl
import time
from collections.abc import Callable

from panoramisk import Manager

from callcenter.asterisk import actions, marks
from callcenter.asterisk.intake import Intake, Sink
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.messages import Message
from callcenter.asterisk.protocol import Protocol
from callcenter.asterisk.session import DEFAULT_TIMING, Ended, LinkTiming, Session
from callcenter.errors import PhoneRefused, PhoneUnreachable
from callcenter.floor.commands import AnyCommand, MoveToFront
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from callcenter.floor.terms import Instant, Seconds
from callcenter.settings import PbxSettings

log = logging.getLogger(__name__)


class Link(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Keeps one PBX connected, tells `sink` everything that happens there in order, and carries out commands.

    `state`, `detail`, `since` and `last_heard_at` (wall clock) are its health; each change is a LinkChanged, too.
    Whole messages go to the journal before they are applied.
    """

    def __init__(
        self,
        settings: PbxSettings,
        *,
        sink: Sink,
        journal: Journal | None = None,
        clock: Callable[[], Instant] = time.time,
        timing: LinkTiming = DEFAULT_TIMING,
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
        self._tries = 0
        self._has_heard = False
        self._session: Session | None = None
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
        session = self._session
        if self.state is not LinkState.LIVE or session is None:
            raise PhoneUnreachable(f"No link to {self.settings.name} ({self.detail}); nothing was sent.")
        answer = await session.ask(headers)
        if answer.get("Response") != "Success":
            raise PhoneRefused(f"{self.settings.name}: {answer.get('Message', 'refused without a reason')}")
        log.info("%s: %s accepted", self.settings.name, type(command).__name__)
        if isinstance(command, MoveToFront):
            session.survey_again()  # no event tells the new places in the line

    def survey_again(self) -> None:
        """Has the whole state asked again soon: the journal has a hole, and what follows must make sense by itself."""
        if self._session is not None:
            self._session.survey_again()

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
            protocol = await self._open()
            self._session = Session(protocol, self.settings, self.intake, self._change, self._timing)
            await self._session.run()
        except Ended as ending:
            return ending
        except Exception:
            log.exception("The link to %s failed", self.settings.name)
            return Ended(LinkState.DOWN, "the link failed inside; see the log")
        finally:
            if self.protocol is not None:
                self.protocol.close("the link was closed")
            self.protocol = self._session = None
            self._forget_unfinished()

    def _new_protocol(self) -> Protocol:
        # Known from here on, so that it is closed also when the connection is given up half-way.
        protocol = self.protocol = Protocol(self._received)
        return protocol

    def connection_made(self, f: "asyncio.Future[object]") -> None:
        """panoramisk would send the password in clear here and reconnect every two seconds; the session does it."""

    async def _open(self) -> Protocol:
        opening: asyncio.Task[tuple[object, Protocol]] = self.connect()
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes in the turn of the result.
            async with asyncio.timeout(self._timing.connect_seconds):
                return (await opening)[1]
        except TimeoutError:
            raise Ended(LinkState.DOWN, f"no answer from {self._where}") from None
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or str(error)
            raise Ended(LinkState.DOWN, f"TLS with {self._where} failed: {why}") from error
        except OSError as error:
            refused = error.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(error)
            words = "connection refused at" if refused else f"{error.strerror or error}:"
            raise Ended(LinkState.DOWN, f"{words} {self._where}") from error

    # --- what comes in ------------------------------------------------------------------------------------------

    def _received(self, data: bytes) -> None:
        self.last_heard_at = self._clock()
        self._has_heard = True
        self.intake.feed(data, self._journal.append if self._journal is not None else None)

    def _forget_unfinished(self) -> None:
        if self._journal is not None and self._has_heard:
            self._journal.append(marks.closed(self._clock()))
        self._has_heard = False
        self.intake.reset()

    def _answered(self, message: Message) -> None:
        if self._session is not None:
            self._session.answered(message)

    def _happened(self, event: AnyEvent) -> None:
        self._sink(event)
        if self._session is not None:
            self._session.happened(event)

    def _change(self, state: LinkState, detail: str) -> None:
        if (state, detail) == (self.state, self.detail):
            return
        if state is not self.state:
            self.since = self._clock()
        if state is LinkState.LIVE:
            self._tries = 0
        self.state, self.detail = state, detail
        level = logging.WARNING if state in (LinkState.DOWN, LinkState.REFUSED) else logging.INFO
        log.log(level, "%s: %s%s", self.settings.name, state.value, f" ({detail})" if detail else "")
        self.intake.tell(LinkChanged(self.settings.name, self._clock(), state, detail))
