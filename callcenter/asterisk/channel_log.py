"""Asterisk's channel event log (CEL) as a file: what became of a channel that AMI did not tell of.

A line is `epoch,event,uniqueid,"details as JSON"` (dialplans/cel_custom.conf), and perhaps the number dialled. Unlike a
call detail record it is written while the channel lives, and keeps the cause of a hang-up: CDRs say NO ANSWER of a
customer who rejected the call and of a number that does not exist (docs/asterisk.md, "Books").
"""

import asyncio
import csv
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from callcenter.asterisk.queue_log import files_of, pass_over, unpacked
from callcenter.errors import CallCenterError
from callcenter.floor.call import is_agent_first
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, CallId, Instant, PbxName, Seconds

log = logging.getLogger(__name__)

# The PBX's clock may be so far from ours, and so long after its attempt was committed a call may still be asked for.
EARLY_SECONDS: Seconds = 30
LATE_SECONDS: Seconds = 30

COLUMNS = 4
VERDICTS = {"CallbackMachine": True, "CallbackPerson": False}
"""The dialplan logs so whether a machine answered: as the event or, in some versions, in the details of another."""


class Happening(Struct, frozen=True):
    """One line: what happened to a channel. `number` is "" where the log does not tell it."""

    at: Instant
    event: str
    channel_id: str
    details: str
    number: str = ""


class _Details(Struct, frozen=True):
    hangupcause: int = 0


class ChannelLogs:
    """The dialer's witness: the log of each PBX whose file is known."""

    def __init__(self, paths: Mapping[PbxName, Path]) -> None:
        self._paths = paths

    async def recall(
        self, pbx: PbxName, attempt_id: AttemptId, placed_at: Instant
    ) -> AttemptResult | Literal["never", "not yet"] | None:
        """What became of an attempt (see `recall`); None where there is no log, or it cannot be read."""
        path = self._paths.get(pbx)
        if path is None:
            return None
        try:
            return await asyncio.to_thread(recall, path, pbx, attempt_id, placed_at)
        except (CallCenterError, OSError, EOFError, csv.Error) as error:
            log.warning("%s: the channel event log cannot be read: %s", pbx, error)
            return None


def recall(
    path: Path, pbx: PbxName, attempt_id: AttemptId, placed_at: Instant
) -> AttemptResult | Literal["never", "not yet"]:
    """What became of an attempt that was committed at `placed_at`.

    "never": no channel began, and the log was still being written after it could have; until then "not yet", as while
    a channel has begun and not ended. Raises NotFound where there is no such file.
    """
    ours, is_complete = [], False
    for happening in happenings(path, placed_at - EARLY_SECONDS):
        is_complete = is_complete or happening.at > placed_at + LATE_SECONDS
        if happening.channel_id == attempt_id:
            ours.append(happening)
    if not ours:
        return "never" if is_complete else "not yet"
    return _result(pbx, attempt_id, ours) or "not yet"


def _result(pbx: PbxName, attempt_id: AttemptId, ours: list[Happening]) -> AttemptResult | None:
    at = {happening.event: happening for happening in reversed(ours)}
    end = at.get("HANGUP")
    if end is None:
        return None
    answer, bridge = at.get("ANSWER"), at.get("BRIDGE_ENTER")
    was_placed = answer is not None or not is_agent_first(attempt_id)
    if is_agent_first(attempt_id):  # who answers there is the agent
        answer = bridge
    try:
        cause = msgspec.json.decode(end.details, type=_Details).hangupcause
    except msgspec.DecodeError:
        cause = 0
    return AttemptResult(
        pbx=pbx,
        attempt_id=attempt_id,
        call_id=CallId(attempt_id),
        was_placed=was_placed,
        answered_at=answer.at if answer else None,
        reached_at=bridge.at if bridge else None,
        ended_at=end.at,
        cause=cause,
        tech_cause="",
        is_machine=_verdict(ours),
    )


def _verdict(ours: list[Happening]) -> bool | None:
    """Whether detection said that a machine answered; None where it said nothing."""
    said = [happening.event + happening.details for happening in ours]
    return next((is_machine for word, is_machine in VERDICTS.items() if any(word in text for text in said)), None)


def happenings(path: Path, since: Instant) -> Iterator[Happening]:
    """What a log and what rotation left beside it tell from `since` on; lines that are none of it are passed over."""
    written = [file for file in files_of(path) if file.stat().st_mtime >= since]
    for file in sorted(written, key=lambda file: file.stat().st_mtime):
        with file.open("rb") as raw, unpacked(raw) as content:
            if content is raw:
                pass_over(raw, since, lambda line: _at(line.partition(",")[0]))
            lines = (line.replace(b"\0", b"").decode("utf-8", "replace") for line in content)
            for row in csv.reader(lines):
                at = _at(row[0]) if len(row) >= COLUMNS else None
                if at is not None and at >= since:
                    yield Happening(at, *row[1 : COLUMNS + 1])


def _at(text: str) -> Instant | None:
    try:
        return float(text)
    except ValueError:
        return None
