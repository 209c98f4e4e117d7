"""The report: what counts as audible, as an error, as good."""

import json
import logging
import wave
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from callcenter.demo.command import summary
from callcenter.demo.queue_log_count import Count, Difference
from callcenter.demo.report import Complaints, Recordings, Report, errors_in, peak
from callcenter.demo.watch import Delays, Live

COUNT = Count(offered=3, answered=2, abandoned=1, outcomes={"answered": 2, "abandoned": 1})
GOOD = Report(
    asterisk="22.10.1",
    seconds=60.0,
    offered=3,
    answered=2,
    abandoned=1,
    outcomes=COUNT.outcomes,
    queue_log=COUNT,
    differences=[],
    recordings=Recordings(2, 2, 2),
    callbacks={"dialled": 1, "reached": 1},
    live=Live(10, Delays(10.0, 90.0)),
    errors=[],
)


def wav(samples: list[int]) -> bytes:
    stream = BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", samples).tobytes())
    return stream.getvalue()


@pytest.mark.parametrize(
    ("sound", "loudest"),
    [(b"", 0), (wav([]), 0), (wav([0, 8, -8]), 8), (wav([0, 12_000, -20_000]), 20_000), (wav([-32_768]), 32_768)],
)
def test_the_peak_of_a_recording(sound: bytes, loudest: int) -> None:
    assert peak(sound) == loudest


def test_only_error_lines_of_asterisks_log_count(tmp_path: Path) -> None:
    log = tmp_path / "messages.log"
    log.write_text(
        "[2026-11-22 09:00:00.000] NOTICE[1] a.c: ERROR is a word here\n"
        "[2026-11-22 09:00:01.000] WARNING[1][C-01] a.c: hm\n"
        "[2026-11-22 09:00:02.000] ERROR[1][C-01] app_queue.c: no such queue\n"
    )
    assert errors_in(log) == ["Asterisk: [2026-11-22 09:00:02.000] ERROR[1][C-01] app_queue.c: no such queue"]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    handler = Complaints()
    logger = logging.getLogger("callcenter.test")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_warnings_and_failures_are_complaints_and_news_is_not(complaints: Complaints) -> None:
    logger = logging.getLogger("callcenter.test")
    logger.info("fine")
    logger.warning("the %s", "disk")
    try:
        raise ValueError("broken")
    except ValueError:
        logger.exception("a listener failed")
    assert complaints.lines == [
        "callcenter.test: WARNING: the disk",
        "callcenter.test: ERROR: a listener failed (ValueError('broken'))",
    ]


def test_a_difference_or_an_error_makes_it_bad_and_is_told() -> None:
    difference = Difference("support", "answered", 2, 1, ("7.0",), ())
    wrong = msgspec.structs.replace(GOOD, differences=[difference], errors=["callcenter: WARNING: hm"])
    assert GOOD.is_good
    assert not wrong.is_good
    assert len(summary(GOOD)) == 4
    assert "7.0" in summary(wrong)[-2]
    assert summary(wrong)[-1] == "Error: callcenter: WARNING: hm"


def test_the_report_is_one_json_object_with_the_promised_names() -> None:
    told = json.loads(msgspec.json.encode(GOOD))
    assert list(told) == [
        "asterisk", "seconds", "offered", "answered", "abandoned", "outcomes", "queue_log", "differences", "recordings",
        "callbacks", "live", "errors",
    ]  # fmt: skip
    assert told["queue_log"] == {
        "offered": 3,
        "answered": 2,
        "abandoned": 1,
        "outcomes": {"answered": 2, "abandoned": 1},
    }
    assert told["recordings"] == {"expected": 2, "linked": 2, "audible": 2}
    assert told["live"] == {"deltas": 10, "event_to_client_ms": {"p50": 10.0, "p99": 90.0}}
