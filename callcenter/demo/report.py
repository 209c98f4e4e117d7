"""What a run of the demo comes to: our counts beside those of queue_log, recordings, callbacks, delays, complaints."""

import logging
import re
import wave
from array import array
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct
from typing_extensions import override

from callcenter.demo.panel import Panel
from callcenter.demo.queue_log_count import Count, Difference, Visit, read_visits
from callcenter.demo.watch import Live

AUDIBLE_LEVEL = 500
"""The least peak of speech, of 32767: silence is 0 to 8, real speech above 10,000."""

EXPECTED_IN_ASTERISK_LOG: tuple[re.Pattern[str], ...] = ()
"""ERROR lines of the centre's Asterisk that mean nothing, each with its reason. None at present."""


class Recordings(Struct, frozen=True):
    """Answered visits, those whose conversation found its recording, and those in which both sides can be heard."""

    expected: int
    linked: int
    audible: int


class Report(Struct, frozen=True):
    """The report. The counts are ours, read through the API; `queue_log` holds the same from Asterisk's own log."""

    asterisk: str
    seconds: float
    offered: int
    answered: int
    abandoned: int
    outcomes: dict[str, int]
    queue_log: Count
    differences: list[Difference]
    recordings: Recordings
    callbacks: dict[str, int]
    live: Live
    errors: list[str]

    @property
    def is_good(self) -> bool:
        """Whether both books agree and nobody complained."""
        return not (self.differences or self.errors)


class Complaints(logging.Handler):
    """Keeps every log line of WARNING and above, of the server and of what it is built on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.name}: {record.levelname}: {record.getMessage()}"
        self.lines.append(f"{line} ({record.exc_info[1]!r})" if record.exc_info else line)


class Findings(Struct, frozen=True):
    """What the API tells of all calls: the visits, and how many conversations have their sound."""

    visits: list[Visit]
    recordings: Recordings


async def look_up(panel: Panel, ear: "Ear") -> Findings:
    """Opens every call, and listens to every recording of an answered visit."""
    visits: list[Visit] = []
    linked = audible = 0
    async for call in panel.pages("/api/calls", "calls"):
        story = await panel.get(f"/api/calls/{call['pbx']}/{call['call_id']}")
        visits += [Visit(visit["channel_id"], visit["queue"], visit["outcome"]) for visit in story["visits"]]
        for recording in _of_queue_talks(story):
            linked += 1
            audible += await ear.hears(recording["id"])
    return Findings(visits, Recordings(sum(visit.outcome == "answered" for visit in visits), linked, audible))


def _of_queue_talks(story: Any) -> list[Any]:
    """The recordings that belong to a conversation which came out of a queue, one for each conversation."""
    talks = {(talk["leg_id"], talk["part"]) for talk in story["conversations"] if talk["queue"]}
    found = {
        (of["leg_id"], of["part"]): recording
        for recording in story["recordings"]
        if recording["state"] == "ready" and (of := recording["conversation"])
    }
    return [recording for talk, recording in found.items() if talk in talks]


class Ear:
    """Listens to recordings, to each that was heard once only."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._heard: set[int] = set()

    async def hears(self, recording_id: int) -> bool:
        """Whether the mix and each side alone have sound in them."""
        if recording_id not in self._heard:
            for side in ("mix", "agent", "customer"):
                if peak(await self._panel.audio(recording_id, side)) < AUDIBLE_LEVEL:
                    return False
            self._heard.add(recording_id)
        return True


def peak(sound: bytes) -> int:
    """The loudest sample of a 16-bit WAV file; 0 for no file."""
    if not sound:
        return 0
    with wave.open(BytesIO(sound)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    return max(max(samples, default=0), -min(samples, default=0))


async def callbacks_of(panel: Panel, list_id: str) -> dict[str, int]:
    """How many calls a list placed, and what came of them."""
    outcomes = Counter([
        attempt["outcome"] or "in_air" async for attempt in panel.pages(f"/api/lists/{list_id}/attempts", "attempts")
    ])  # fmt: skip
    return {"dialled": outcomes.total(), "reached": outcomes["reached"], **dict(sorted(outcomes.items()))}


def visits_in(queue_log: Path) -> list[Visit]:
    """The visits that Asterisk's own log tells of."""
    return read_visits(queue_log.read_text(encoding="utf-8", errors="replace").splitlines())


def errors_in(asterisk_log: Path) -> list[str]:
    """The ERROR lines of an Asterisk's log that are not expected."""
    lines = asterisk_log.read_text(encoding="utf-8", errors="replace").splitlines()
    wrong = (line for line in lines if re.match(r"\[[^]]*\] ERROR\b", line))
    return [f"Asterisk: {line}" for line in wrong if not any(known.search(line) for known in EXPECTED_IN_ASTERISK_LOG)]
