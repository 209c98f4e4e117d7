"""The journal: bytes as they came, by day, whatever the disk does."""

import gzip
import logging
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.asterisk.capture import read
from callcenter.asterisk.journal import Journal, Position, pack, read_from
from callcenter.errors import NotFound

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
DAY = 86400.0
EVENT = b"Event: Hangup\r\nUniqueid: 1\r\n\r\n"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Noon of a day."""
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    """A journal of pbx1."""
    journal = Journal(tmp_path, "pbx1", clock=clock)
    yield journal
    journal.close()


def test_bytes_are_on_disk_at_once_and_for_their_owner_alone(journal: Journal) -> None:
    journal.append(EVENT)
    file = journal.folder / "2026-11-22.ami"
    assert file.read_bytes() == EVENT
    assert file.stat().st_mode & 0o777 == 0o600
    assert journal.folder.stat().st_mode & 0o777 == 0o700


def test_a_journal_goes_on_after_a_restart(journal: Journal, tmp_path: Path, clock: Clock) -> None:
    journal.append(EVENT)
    again = Journal(tmp_path, "pbx1", clock=clock)
    again.append(EVENT)
    again.close()
    assert b"".join(read(journal.folder / "2026-11-22.ami")) == EVENT * 2


def test_a_new_day_packs_the_old(journal: Journal, clock: Clock) -> None:
    journal.append(EVENT)
    clock.now += DAY
    journal.append(EVENT)
    journal.close()
    assert sorted(path.name for path in journal.folder.iterdir()) == ["2026-11-22.ami.gz", "2026-11-23.ami"]
    packed = journal.folder / "2026-11-22.ami.gz"
    assert b"".join(read(packed)) == EVENT
    assert packed.stat().st_mode & 0o777 == 0o600
    assert b"".join(read(journal.folder / "2026-11-23.ami")) == EVENT


def test_a_day_left_by_a_crash_is_packed_at_the_next_start(journal: Journal) -> None:
    journal.folder.mkdir()
    (journal.folder / "2026-11-01.ami").write_bytes(EVENT)
    (journal.folder / "2026-11-01.ami.part").write_bytes(b"half")
    journal.append(EVENT)
    journal.close()
    assert sorted(path.name for path in journal.folder.iterdir()) == ["2026-11-01.ami.gz", "2026-11-22.ami"]


def test_a_packed_day_is_never_overwritten(journal: Journal) -> None:
    journal.folder.mkdir()
    packed = journal.folder / "2026-11-01.ami.gz"
    packed.write_bytes(gzip.compress(EVENT * 3))
    (journal.folder / "2026-11-01.ami").write_bytes(EVENT)
    pack(journal.folder, "2026-11-22")
    assert b"".join(read(packed)) == EVENT * 3
    assert b"".join(read(journal.folder / "2026-11-01.ami")) == EVENT


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file of this process may grow beyond `room` bytes: the write that would is cut short, the next one fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


def test_a_full_disk_is_said_once_and_leaves_a_mark(
    journal: Journal, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []
    journal.changed = lambda: told.append(journal.trouble)
    journal.append(EVENT)
    with full_disk(len(EVENT) + 5):
        journal.append(EVENT)
        clock.now += 60
        journal.append(EVENT)
    assert journal.trouble == (NOON, "No space left on device")
    assert journal.position == ("2026-11-22", len(EVENT))
    caplog.set_level(logging.WARNING)
    journal.append(EVENT)
    journal.append(EVENT)
    assert journal.lost_chunks == 2
    mark = b"Event: CallcenterHole\r\nTimestamp: %.6f\r\nSince: %.6f\r\n\r\n" % (NOON + 60, NOON)
    assert b"".join(read(journal.folder / "2026-11-22.ami")) == EVENT + mark + EVENT * 2
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "2 chunks were lost" in caplog.text
    assert told == [(NOON, "No space left on device"), None]


def test_a_disk_that_is_really_full_is_noticed(tmp_path: Path, clock: Clock) -> None:
    if not Path("/dev/full").exists():
        pytest.fail("this system has no /dev/full")
    journal = Journal(tmp_path, "pbx1", clock=clock)
    journal.folder.mkdir()
    (journal.folder / "2026-11-22.ami").symlink_to("/dev/full")
    journal.append(EVENT)
    assert journal.trouble is not None
    assert journal.trouble.reason == "No space left on device"
    journal.close()


@pytest.mark.parametrize("rest", [b"Event: Ne", b"Event: X\r\nA: 1\r\n", b"\0" * 100_000, b"y" * 65_534], ids=len)
def test_a_torn_end_is_cut_off_at_the_next_start(
    journal: Journal, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    journal.folder.mkdir()
    yesterday, today = (journal.folder / f"2026-11-{day}.ami" for day in (21, 22))
    yesterday.write_bytes(EVENT * 3 + rest)
    today.write_bytes(EVENT * 2 + rest)
    journal.append(EVENT)
    journal.close()
    assert b"".join(read(today)) == EVENT * 3
    assert b"".join(read(yesterday.with_suffix(".ami.gz"))) == EVENT * 3
    assert f"its last {len(rest)} bytes are cut off" in caplog.text


def test_a_day_that_holds_no_whole_message_becomes_empty(journal: Journal) -> None:
    journal.folder.mkdir()
    (journal.folder / "2026-11-22.ami").write_bytes(b"Event: Ne")
    journal.open()
    assert journal.position == ("2026-11-22", 0)


def test_days_beyond_their_time_are_deleted_and_that_is_said(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, "pbx1", keep_days=2, clock=clock)
    caplog.set_level(logging.INFO)
    for _ in range(5):
        journal.append(EVENT)
        journal.close()
        clock.now += DAY
    assert sorted(path.name for path in journal.folder.iterdir()) == [
        "2026-11-24.ami.gz",
        "2026-11-25.ami.gz",
        "2026-11-26.ami",
    ]
    assert "1 days before 2026-11-23 were deleted (journal_days)" in caplog.text


def test_everything_behind_a_position_is_read_though_its_day_has_been_packed(journal: Journal, clock: Clock) -> None:
    journal.append(EVENT)
    position = journal.position
    assert position is not None
    later = EVENT.replace(b"1", b"2")
    for _ in range(3):
        journal.append(later)
        clock.now += DAY
    journal.close()
    assert not (journal.folder / "2026-11-22.ami").exists()
    assert b"".join(read_from(journal.folder, position)) == later * 3
    assert b"".join(read_from(journal.folder, Position("2026-11-23", 0))) == later * 2
    assert b"".join(read_from(journal.folder, Position("2026-12-01", 7))) == b""


def test_a_day_that_is_damaged_does_not_hide_the_next(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    journal.append(EVENT)
    journal.close()
    (journal.folder / "2026-11-21.ami.gz").write_bytes(gzip.compress(EVENT)[:12] + b"x" * 40)
    assert b"".join(read_from(journal.folder, Position("2026-11-21", 0))) == EVENT
    assert "cannot be read whole" in caplog.text


def test_a_clock_that_is_put_back_does_not_turn_the_days_round(journal: Journal, tmp_path: Path, clock: Clock) -> None:
    journal.append(EVENT)
    clock.now -= DAY
    journal.append(EVENT)
    journal.close()
    again = Journal(tmp_path, "pbx1", clock=clock)
    again.append(EVENT)
    again.close()
    assert b"".join(read(journal.folder / "2026-11-22.ami")) == EVENT * 3
    assert again.position is None, "closed"


def test_a_folder_that_cannot_be_made_does_not_reach_the_link(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file", "pbx1", clock=clock)
    journal.append(EVENT)
    assert journal.lost_chunks == 1
    journal.close()


def test_a_torn_packed_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(200_000))
    torn = tmp_path / "x.ami.gz"
    torn.write_bytes(whole[:150_000])
    assert sum(len(piece) for piece in read(torn)) > 60_000


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read(tmp_path / "no.ami"))
