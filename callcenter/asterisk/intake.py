"""From the bytes of one PBX to events in their order: the way that the live link and a replay share."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from callcenter.asterisk import marks
from callcenter.asterisk.messages import BANNER, Framer, Message, event_name, parse
from callcenter.asterisk.translate import Translator
from callcenter.floor.events import AnyEvent, ConnectionBegan, Surveyed
from callcenter.floor.terms import Instant

log = logging.getLogger(__name__)

Sink = Callable[[AnyEvent], None]

FOR_THE_LINK = (b"Response: ", b"Event: FullyBooted\r\n", b"Event: Shutdown\r\n")
MAX_HELD_EVENTS = 100_000


class Memory(NamedTuple):
    """What an intake must know of the past between two messages, while no survey is under way."""

    clock: Instant = 0.0
    given_up: str = ""
    is_first: bool = True


class Intake:
    """Bytes in, events out to `sink`: synchronously, in order, one failing message or listener never stopping the rest.

    The lists of a survey describe the moment when they began, and events come in between them. Those are held until
    the survey is told, so that a channel that closed meanwhile is closed and not found open.

    `answers` gets the messages that concern the connection itself: responses, FullyBooted, Shutdown.
    """

    def __init__(self, pbx: str, sink: Sink, answers: Callable[[Message], None] | None = None) -> None:
        self.failures: Counter[str] = Counter()
        self.messages = self.events = 0
        self.translator = Translator(pbx)
        self._framer = Framer()
        self._sink = sink
        self._answers = answers
        self._is_first = True
        self._held: list[AnyEvent] = []
        self._held_for = ""

    @property
    def memory(self) -> Memory | None:
        """What another intake needs to go on from here; None while a survey holds events back."""
        survey = self.translator.survey
        if self._held or not survey.is_idle:
            return None
        return Memory(self.translator.clock, survey.given_up, self._is_first)

    @memory.setter
    def memory(self, memory: Memory) -> None:
        self.translator.clock, self.translator.survey.given_up, self._is_first = memory

    def feed(self, data: bytes, keep: Callable[[bytes], None] | None = None) -> None:
        """Applies every message that `data` completes; `keep` gets their bytes before.

        Raises NotAmi when the peer speaks something else.
        """
        messages = self._framer.feed(data)
        if keep is not None and messages:
            keep(self._framer.completed)
        self.messages += len(messages)
        self.events += [raw[:7] for raw in messages].count(b"Event: ")
        translate, survey, answers = self.translator.translate, self.translator.survey, self._answers
        for raw in messages:
            if raw is BANNER:
                self._new_connection()
                continue
            try:
                if raw.startswith(marks.PREFIX):
                    self._read_mark(raw)
                    continue
                if answers is not None and raw.startswith(FOR_THE_LINK):
                    answers(parse(raw))
                event = translate(raw)
                # Most of an unfiltered stream says nothing: it must cost nothing.
                if event is not None or survey.current != self._held_for:
                    self._take(event)
            except Exception as error:  # noqa: BLE001 -- whatever a message does, the next one is applied
                self._failed(event_name(raw).decode("utf-8", "replace"), error)

    def _new_connection(self) -> None:
        """The lists of the connection before will not be completed, and what came to pass since was not heard."""
        self.messages -= 1
        self._begin_again()

    def _begin_again(self) -> None:
        self.give_up_survey()
        self.tell(ConnectionBegan(self.translator.pbx, self.translator.clock, self._is_first))
        self._is_first = False

    def _read_mark(self, raw: bytes) -> None:
        """What the server wrote into its journal: told in its place, also while a survey holds back what Asterisk said.

        Behind a hole it is as behind a cut connection: what happened meanwhile was not heard.
        """
        self.messages -= 1
        self.events -= 1
        if raw.startswith(marks.TOLD):
            self.tell(marks.event_in(raw, self.translator.pbx))
        elif raw.startswith(marks.HOLE):
            self._begin_again()
        else:
            self.give_up_survey()
            self._is_first = self._is_first or raw.startswith(marks.STARTED)

    def reset(self) -> None:
        """Forgets what a lost connection left unfinished: half a message, half a survey."""
        self._framer.reset()
        self.give_up_survey()

    def give_up_survey(self) -> None:
        """Tells what was held for a survey whose answers will not come any more."""
        self.translator.survey.give_up()
        self._release()

    def tell(self, event: AnyEvent) -> None:
        """Gives an event to the sink. What the sink raises is logged once for its kind, and counted."""
        try:
            self._sink(event)
        except Exception as error:  # noqa: BLE001 -- whatever a listener does, the link lives on
            self._failed(type(event).__name__, error)

    def _take(self, event: AnyEvent | None) -> None:
        survey = self.translator.survey.current
        if isinstance(event, Surveyed):
            self.tell(event)
            self._release()
            return
        if survey != self._held_for:
            self._release()
            self._held_for = survey
        if event is not None:
            (self._hold if survey else self.tell)(event)

    def _hold(self, event: AnyEvent) -> None:
        self._held.append(event)
        if len(self._held) >= MAX_HELD_EVENTS:
            log.warning("A survey did not end within %d events; it is given up", MAX_HELD_EVENTS)
            self.give_up_survey()

    def _release(self) -> None:
        held, self._held, self._held_for = self._held, [], ""
        for event in held:
            self.tell(event)

    def _failed(self, what: str, error: Exception) -> None:
        # One trace for each kind of failure: a listener that fails always must not fill the disk with them.
        kind = f"{what}: {type(error).__name__}"
        self.failures[kind] += 1
        if self.failures[kind] == 1:
            log.error("Could not apply %s; further failures of this kind are only counted", kind, exc_info=error)
