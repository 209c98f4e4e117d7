"""Random days (tests/real/mixes.py) as files: whatever people did, whatever the capture missed, the accounts agree."""

import gzip
from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay_figures import Figures, replay_figures
from callcenter.floor.tally import Thresholds
from tests.replays.agreement import check_agreement
from tests.replays.captures import CONNECTION, END, HERE, read_capture
from tests.replays.places import OF_A_MACHINE

MIXES = (
    *("mix", "mix_moves", "mix_restarts", "mix_second", "mix_third", "mix_fourth", "mix_fifth"),
    *("mix_sixth", "mix_same_queue"),
)
HOLE_SECONDS = 15.0


@cache
def log_of(name: str) -> str:
    return gzip.decompress((HERE / f"{name}.queue_log.gz").read_bytes()).decode()


heard = cache(read_capture)


def figures_of(name: str, messages: list[bytes]) -> Figures:
    log = records([HERE / f"{name}.queue_log.gz"])
    return replay_figures([END.join(messages)], "pbx1", Thresholds(), log)[0]


@pytest.mark.parametrize("name", MIXES)
def test_both_accounts_agree(name: str) -> None:
    figures = figures_of(name, heard(name)[0])
    check_agreement(figures, log_of(name))
    assert figures["totals"]["offered"] > 80


def test_nothing_surprises() -> None:
    _, reading = replay_figures([END.join(heard("mix")[0])], "pbx1", Thresholds())
    assert (reading.surprises, reading.failures) == (0, {})


Joint = Callable[[list[bytes]], list[bytes]]
JOINTS: dict[str, Joint] = {
    "another connection": lambda missing: [CONNECTION],
    "half an event": lambda missing: [missing[0][: len(missing[0]) // 2] + CONNECTION],
    "nothing": lambda missing: [],
}


@pytest.mark.parametrize("joint", JOINTS)
@given(st.floats(0.05, 0.7))
@settings(max_examples=8, deadline=None)
def test_a_hole_is_filled_from_queue_log(joint: str, place: float) -> None:
    messages, times = heard("mix")
    began_at = next(filter(None, times))
    since = began_at + place * (times[-1] - began_at)
    left, right = bisect_left(times, since), bisect_left(times, since + HOLE_SECONDS)
    rest = [*messages[:left], *JOINTS[joint](messages[left:right] or [b""]), *messages[right:]]
    figures = figures_of("mix", rest)
    assert figures["reconciliation"]["differences"] == []
    whole = figures_of("mix", messages)["totals"]
    for key in ("offered", "answered", "timed_out", "left_by_key", "left_when_empty", "lost", "waiting_now"):
        assert figures["totals"][key] == whole[key], key


def is_live(message: bytes) -> bool:
    """Whether it is an event, and none of a list."""
    return message.startswith(b"Event: ") and b"\r\nPrivilege: " in message


def may_be_swapped(first: bytes, second: bytes) -> bool:
    """Whether two neighbours may change places: nothing is said of a channel after its Hangup."""
    return all(is_live(message) and not message.startswith(b"Event: Hangup\r") for message in (first, second))


@pytest.mark.parametrize("name", MIXES)
@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_events_said_again_or_a_little_late_change_nothing(name: str, seed: int) -> None:
    messages, times = heard(name)
    chance, disturbed = Random(seed), list(messages[:20])
    for place in range(20, len(messages)):
        message, said = messages[place], messages[place - chance.randrange(20)]
        is_near = times[place] - times[place - 1] < 0.001 and disturbed[-1] is messages[place - 1]
        if is_near and chance.random() < 0.02 and may_be_swapped(disturbed[-1], message):
            disturbed.insert(-1, message)
        else:
            disturbed.append(message)
        if chance.random() < 0.05 and is_live(said):
            disturbed.append(said)
    check_agreement(figures_of(name, disturbed), log_of(name))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_the_log_is_read_however_it_is_packed(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    log = tmp_path / "queue_log.1"
    log.write_bytes(pack(log_of("mix").encode()))
    figures = replay_figures([END.join(heard("mix")[0])], "pbx1", Thresholds(), records([log]))[0]
    check_agreement(figures, log_of("mix"))


@pytest.mark.parametrize("file", [f"{name}.{kind}" for name in MIXES for kind in ("ami", "queue_log")])
def test_a_capture_is_small_and_names_no_folder_of_the_machine_that_made_it(file: str) -> None:
    packed = (HERE / f"{file}.gz").read_bytes()
    assert len(packed) < 300_000
    assert not any(word in gzip.decompress(packed) for word in OF_A_MACHINE)


@pytest.mark.parametrize("name", MIXES)
def test_rings_of_a_hole_are_those_of_queue_log(name: str) -> None:
    """Every agent's rings, wherever the hole is: who rang unheard, and who was seen to ring and not to stop."""
    messages, times = heard(name)
    began_at = next(filter(None, times))
    for place in range(2, 34, 4):
        left, right = (bisect_left(times, began_at + place + more) for more in (0, HOLE_SECONDS))
        figures = figures_of(name, [*messages[:left], CONNECTION, *messages[right:]])
        check_agreement(figures, log_of(name))


def named(message: bytes, name: bytes) -> bytes:
    """The value of a header; empty where the message has none."""
    return next((line[len(name) + 2 :] for line in message.split(b"\r\n") if line.startswith(name + b": ")), b"")


def without_channels(message: bytes, timestamp: bytes) -> bytes:
    """An AgentComplete as it comes when both channels have gone: Asterisk has no ids for it any more. Its reason is
    another one, which nothing but it tells."""
    kept = (b"Event", b"Privilege", b"Queue", b"Interface", b"MemberName", b"HoldTime", b"TalkTime", b"Reason")
    lines = [b": ".join((name, named(message, name))) for name in kept] + [b"Timestamp: " + timestamp]
    return b"\r\n".join(lines).replace(b"Reason: agent", b"Reason: caller")


def test_an_end_without_ids_that_comes_after_both_hangups_is_of_its_talk() -> None:
    """As in an Asterisk that is stopped."""
    messages, _ = heard("mix")
    said, moved, others = list(messages), 0, 0
    for end in [message for message in messages if message.startswith(b"Event: AgentComplete\r")]:
        place = said.index(end)
        ids = {named(end, b"Uniqueid"), named(end, b"DestUniqueid")}
        gone = [
            at
            for at, message in enumerate(said[place : place + 30], place)
            if message.startswith(b"Event: Hangup\r") and named(message, b"Uniqueid") in ids
        ]
        if len(gone) == 2 and named(end, b"TalkTime") != b"0":
            said.insert(gone[1] + 1, without_channels(end, named(said[gone[1]], b"Timestamp")))
            said.remove(end)
            moved += 1
            others += named(end, b"Reason") == b"agent"
    assert moved > others > 3
    whole, figures = (figures_of("mix", stream)["totals"] for stream in (messages, said))
    changed = {"completed_by_agent": -others, "completed_by_caller": others}
    assert {key: figures[key] - whole[key] for key in changed} == changed
    assert figures["talk_seconds"] == pytest.approx(whole["talk_seconds"], abs=0.1)
