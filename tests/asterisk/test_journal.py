"""The journal: bytes as they came, by day, whatever the disk does."""

import gzip
import logging
import os
import resource
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.asterisk.capture import read
from callcenter.asterisk.journal import Journal, pack
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
    journal.append(b"Event: Ne")
    file = journal.folder / "2026-11-22.ami"
    assert file.read_bytes() == EVENT + b"Event: Ne"
    assert file.stat().st_mode & 0o777 == 0o600
    assert journal.folder.stat().st_mode & 0o777 == 0o700


def test_a_journal_goes_on_after_a_restart(journal: Journal, tmp_path: Path, clock: Clock) -> None:
    journal.append(EVENT)
    again = Journal(tmp_path, "pbx1", clock=clock)
    again.append(EVENT)
    again.close()
    assert b"".join(read(journal.folder / "2026-11-22.ami")) == EVENT * 2


def test_a_new_day_begins_between_two_messages_and_packs_the_old(journal: Journal, clock: Clock) -> None:
    journal.append(EVENT[:10])
    clock.now += DAY
    journal.append(EVENT[10:])
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


def test_a_full_disk_is_said_once_and_leaves_no_half_chunk(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    journal.append(EVENT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(EVENT) + 5, before[1]))
    try:
        journal.append(EVENT)
        journal.append(EVENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    caplog.set_level(logging.WARNING)
    journal.append(EVENT)
    journal.append(EVENT)
    assert journal.lost_chunks == 2
    assert b"".join(read(journal.folder / "2026-11-22.ami")) == EVENT + b"\r\n\r\n" + EVENT * 2
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "2 chunks were lost" in caplog.text


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
