"""The reader of queue_log: every kind of line, columns that moved, torn and packed files, several files."""

import bz2
import gzip
import lzma
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import zstandard

from callcenter.asterisk.queue_log import files_of, records
from callcenter.asterisk.queue_log_lines import (
    AnyRecord,
    Completed,
    Connected,
    Entered,
    Left,
    MemberAdded,
    MemberRemoved,
    Other,
    Paused,
    RingEnded,
    Started,
    Unpaused,
    parse,
)
from callcenter.errors import BadInput, NotFound
from callcenter.floor.facts import EndedBy, RingOutcome, VisitOutcome
from callcenter.floor.terms import ChannelId

REPLAYS = Path(__file__).parent.parent / "replays"
HEAD = (1_700_000_000.0, ChannelId("1.1"), "sales", "Li Na")
START = "1700000000|NONE|NONE|NONE|QUEUESTART|\n"


def line(event: str, agent: str = "Li Na", at: int = 1_700_000_000) -> str:
    return f"{at}|1.1|sales|{agent}|{event}"


def written(folder: Path, *contents: str | bytes) -> list[Path]:
    paths = [folder / f"queue_log.{place}" for place in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths


@pytest.mark.parametrize(
    ("event", "record"),
    [
        ("QUEUESTART|", Started(*HEAD)),
        ("ENTERQUEUE||139|2", Entered(*HEAD, "139", "", 2)),
        ("CONNECT|7|1.2|3", Connected(*HEAD, 7.0, ChannelId("1.2"), 3.0)),
        ("CONNECT|7", Connected(*HEAD, 7.0, ChannelId(""), 0.0)),
        ("COMPLETECALLER|7|30|1", Completed(*HEAD, EndedBy.CALLER, 7.0, 30.0)),
        ("COMPLETEAGENT|7|30", Completed(*HEAD, EndedBy.AGENT, 7.0, 30.0)),
        ("BLINDTRANSFER|4002|inbound|1|2|1", Completed(*HEAD, EndedBy.TRANSFER, 1.0, 2.0)),
        ("TRANSFER|4002|inbound|1|2|1", Completed(*HEAD, EndedBy.TRANSFER, 1.0, 2.0)),
        ("ATTENDEDTRANSFER|BRIDGE|ef8a|1|8|1", Completed(*HEAD, EndedBy.TRANSFER, 1.0, 8.0)),
        ("ATTENDEDTRANSFER|LINK|PJSIP/a-1|PJSIP/b-2|1|8|1", Completed(*HEAD, EndedBy.TRANSFER, 1.0, 8.0)),
        ("ABANDON|1|2|9", Left(*HEAD, VisitOutcome.ABANDONED, 9.0, 2)),
        ("SYSCOMPAT|", Left(*HEAD, VisitOutcome.ABANDONED, None)),
        ("EXITWITHTIMEOUT|1|2|9", Left(*HEAD, VisitOutcome.TIMED_OUT, 9.0, 2)),
        ("EXITWITHTIMEOUT|1", Left(*HEAD, VisitOutcome.TIMED_OUT, None)),
        ("EXITEMPTY|1|2|9", Left(*HEAD, VisitOutcome.LEFT_WHEN_EMPTY, 9.0, 2)),
        ("WITHDRAW|1|2|9|moved|away", Left(*HEAD, VisitOutcome.WITHDRAWN, 9.0, 2)),
        ("EXITWITHKEY|*|1|2|9", Left(*HEAD, VisitOutcome.LEFT_BY_KEY, 9.0, 2)),
        ("RINGNOANSWER|4000", RingEnded(*HEAD, RingOutcome.NOT_ANSWERED, 4.0)),
        ("RINGCANCELED|2984", RingEnded(*HEAD, RingOutcome.GIVEN_UP, 2.984)),
        ("AGENTDUMP|", RingEnded(*HEAD, RingOutcome.REJECTED, 0.0)),
        ("ADDMEMBER|", MemberAdded(*HEAD, False)),
        ("ADDMEMBER|PAUSED", MemberAdded(*HEAD, True)),
        ("REMOVEMEMBER|", MemberRemoved(*HEAD)),
        ("PAUSE|lunch|long", Paused(*HEAD, "lunch|long")),
        ("UNPAUSE|", Unpaused(*HEAD)),
        ("PAUSEALL|lunch", Other(*HEAD, "PAUSEALL", ("lunch",))),
        ("CALLBACK|139|soon", Other(*HEAD, "CALLBACK", ("139", "soon"))),
        ("", Other(*HEAD, "", ())),
    ],
)
def test_every_event(event: str, record: AnyRecord) -> None:
    assert parse(line(event)) == record


@pytest.mark.parametrize(
    ("data", "number", "name", "position"),
    [
        ("|139|2", "139", "", 2),
        ("||1", "", "", 1),
        ("|139|2|Wang Wei", "139", "Wang Wei", 2),
        ("|139|2|", "139", "", 2),
        ("|139|2|139", "139", "139", 2),
        ("|139|2|13800138000", "139", "13800138000", 2),
        ("|139|17|6|1", "139|17|6", "", 1),
        ("|139|17|6|1|Pi_pe", "139|17|6", "Pi_pe", 1),
        ("http://crm/?id=1|139|2", "139", "", 2),
        ("|139|99999999999999999999", "139", "", 0),
        ("", "", "", 0),
    ],
)
def test_numbers_with_a_bar_and_names_of_callers(data: str, number: str, name: str, position: int) -> None:
    assert parse(line(f"ENTERQUEUE|{data}")) == Entered(*HEAD, number, name, position)


def test_a_member_with_a_bar_in_the_name() -> None:
    record = parse(line("CONNECT|7|1.2|3", agent='Pi|pe "Q"'))
    assert record == Connected(*HEAD[:3], 'Pi|pe "Q"', 7.0, ChannelId("1.2"), 3.0)


@pytest.mark.parametrize("text", ["", "hello", "1|2|3", "x|1.1|sales|Li|CONNECT|1", "-1|1.1|sales|Li|CONNECT|1"])
def test_what_is_no_line(text: str) -> None:
    assert parse(text) is None


def test_a_line_torn_by_a_power_cut_is_the_start_that_follows_it(tmp_path: Path) -> None:
    torn = ["17000", line("ENTERQUEUE||1"), line("COMPLETECALLER|1|3")]
    paths = written(tmp_path, *(f"{text}{START}" for text in torn))
    assert list(records(paths)) == [Started(1_700_000_000.0, ChannelId("NONE"), "NONE", "NONE")] * 3


def test_zero_bytes_of_a_power_cut_are_left_out(tmp_path: Path) -> None:
    assert len(list(records(written(tmp_path, b"\0\0\0" + START.encode() + b"\0\0\n")))) == 1


def test_the_last_line_counts_when_it_is_whole(tmp_path: Path) -> None:
    (path,) = written(tmp_path, f"{line('ENTERQUEUE||139|1')}\n{line('CONNECT|7|1')}")
    assert [type(record) for record in records([path])] == [Entered]


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    (path,) = written(tmp_path, b"1700000000|1.1|q|Jos\xe9|RINGNOANSWER|1000\r\n")
    assert list(records([path])) == [
        RingEnded(1_700_000_000.0, ChannelId("1.1"), "q", "Jos\ufffd", RingOutcome.NOT_ANSWERED, 1.0)
    ]


def test_rotated_files_in_any_order_and_packing(tmp_path: Path) -> None:
    days = [
        f"{line('UNPAUSE|', at=1_700_000_000 + day)}\n{line('PAUSE|x', at=1_700_000_005 + day)}\n" for day in range(5)
    ]
    packed: list[str | bytes] = [days[4], gzip.compress(days[0].encode()), "", bz2.compress(days[2].encode())]
    packed.append(b"".join(zstandard.compress(line.encode()) for line in days[1].splitlines(keepends=True)))
    packed.append(lzma.compress(days[3].encode()))
    found = list(records(written(tmp_path, *packed)))
    assert [record.at - 1_700_000_000 for record in found] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_span(tmp_path: Path) -> None:
    (path,) = written(tmp_path, "".join(f"{line('PAUSE|x', at=at)}\n" for at in range(100, 110)))
    assert [record.at for record in records([path], 103, 105)] == [103, 104]


def test_a_file_that_begins_after_the_span_is_not_read(tmp_path: Path) -> None:
    paths = written(tmp_path, START, f"{line('PAUSE|x', at=1_800_000_000)}\nno line\n")
    assert len(list(records(paths, until=1_800_000_000))) == 1


def test_lines_of_one_second_stay_in_their_order(tmp_path: Path) -> None:
    texts = [line(event) for event in ("PAUSE|a", "UNPAUSE|", "PAUSE|b")]
    found = records(written(tmp_path, "\n".join(texts) + "\n"))
    assert [type(record) for record in found] == [Paused, Unpaused, Paused]


def test_progress_counts_the_bytes_on_disk(tmp_path: Path) -> None:
    paths = written(tmp_path, START * 10_000, gzip.compress(START.encode() * 10_000))
    told: list[int] = []
    assert sum(1 for _ in records(paths, bytes_read=told.append)) == 20_000
    assert sum(told) == sum(path.stat().st_size for path in paths)
    assert len(told) > 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (START.encode() + b"what is this\n", "queue_log.0:2: this is no line of a queue_log"),
        (Random(64).randbytes(64) + b"\n", "queue_log.0:"),
        (b"\x7fELF\x02\x01\x01\x00\n", "queue_log.0:1: this is no line of a queue_log"),
        (gzip.compress(START.encode() * 100, mtime=0)[:-20], "queue_log.0: the packed file is damaged"),
        (b"\x1f\x8b\xff\xff\xff\xff\n", "queue_log.0: the packed file is damaged"),
        (b"\x1f\x8b" + b"\xff" * 99, "queue_log.0: cannot be read"),
        (b"\x28\xb5\x2f\xfd\x00\x00", "queue_log.0: the packed file is damaged"),
        (zstandard.compress(START.encode() * 100)[:-20], "queue_log.0: the packed file is damaged"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 99, "queue_log.0: the packed file is damaged"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(records(written(tmp_path, content)))


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        list(records([tmp_path]))
    with pytest.raises(NotFound, match=r"gone: there is no such file"):
        list(records([tmp_path / "gone"]))
    with pytest.raises(NotFound, match=r"gone: there is no such file"):
        files_of(tmp_path / "gone")


def test_the_files_of_a_log_are_its_own(tmp_path: Path) -> None:
    for name in ("queue_log", "queue_log.1", "queue_log-20260101.gz", "messages"):
        (tmp_path / name).touch()
    assert [path.name for path in files_of(tmp_path / "queue_log")] == [
        "queue_log",
        "queue_log-20260101.gz",
        "queue_log.1",
    ]


def test_a_recorded_day() -> None:
    kinds = Counter(type(record) for record in records([REPLAYS / "queue_log.gz"]))
    left, ended, members = kinds[Left], kinds[RingEnded], kinds[MemberAdded] + kinds[MemberRemoved]
    assert (kinds[Started], kinds[Entered], kinds[Connected], kinds[Completed]) == (1, 17, 9, 9)
    assert (left, ended, members, kinds[Paused], kinds[Unpaused], kinds[Other]) == (8, 16, 15, 2, 2, 2)
    assert kinds.total() == 81
