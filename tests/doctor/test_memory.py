"""What a start goes on from: whole, with a hole, damaged, of another version."""

from pathlib import Path

import pytest

from callcenter.asterisk import marks
from callcenter.asterisk.journal import Journal
from callcenter.doctor import memory
from callcenter.doctor.findings import Finding, Status, Visit
from callcenter.floor.site import Site
from callcenter.live import checkpoint
from callcenter.live.checkpoint import Header
from callcenter.settings import PbxSettings, Settings

NOON = 1_795_348_800.0
EVENT = b"Event: Hangup\r\nUniqueid: 1\r\n\r\n"


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    """A centre of one PBX that has never been heard."""
    return Visit(Settings(data_folder=tmp_path, pbxs=(PbxSettings(name="north"),)), (), None)


def _journal(visit: Visit, content: bytes) -> Finding:
    journal = Journal(visit.settings.data_folder / "journal", "north", clock=lambda: NOON)
    journal.append(content)
    journal.close()
    return memory.journals(visit)


def _checkpoint(visit: Visit, offset: int = 0) -> Path:
    header = Header(pbx="north", at=NOON, day="2026-11-22", offset=offset, clock=NOON, given_up="", is_first=False)
    folder = visit.settings.data_folder / "checkpoints"
    checkpoint.write(folder, header, checkpoint.frozen(Site("north")).packed())
    return checkpoint.path_of(folder, "north")


def test_nothing_is_known_before_the_first_run(visit: Visit) -> None:
    assert {check.look(visit).status for check in memory.CHECKS} == {Status.UNKNOWN}


def test_a_whole_journal_says_how_far_it_reaches(visit: Visit) -> None:
    found = _journal(visit, EVENT)
    assert (found.status, found.said) == (Status.OK, "north: 1 days since 2026-11-22, 0 MB; kept for 90 days")


def test_a_hole_is_told_with_its_times(visit: Visit) -> None:
    found = _journal(visit, EVENT + marks.hole(NOON - 3600, NOON - 60) + EVENT)
    assert found.status is Status.WARNING
    assert "north could not be written from 2026-11-22 11:00:00 UTC to 2026-11-22 11:59:00 UTC" in found.said
    assert "journal_days" in found.advice


def test_a_checkpoint_says_how_much_is_behind_it(visit: Visit) -> None:
    _journal(visit, EVENT * 100_000)
    _checkpoint(visit, offset=len(EVENT) * 10_000)
    found = memory.checkpoints(visit)
    assert (found.status, found.said) == (
        Status.OK,
        "north: of 2026-11-22 12:00:00 UTC, 2.7 MB of journal behind it",
    )


def test_a_damaged_checkpoint_is_told(visit: Visit) -> None:
    _checkpoint(visit).write_bytes(b"nonsense")
    found = memory.checkpoints(visit)
    assert found.status is Status.WARNING
    assert "north cannot be used" in found.said


def test_a_checkpoint_of_another_version_is_told(visit: Visit) -> None:
    path = _checkpoint(visit)
    path.write_bytes(path.read_bytes().replace(checkpoint.fingerprint().encode(), b"0" * 16))
    found = memory.checkpoints(visit)
    assert (found.status, "another version" in found.said) == (Status.WARNING, True)
