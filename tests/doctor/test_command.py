"""What `callcenter doctor` prints: a table that ends with one line, the same for programs, and an exit status."""

from io import StringIO

import pytest
from rich.console import Console

from callcenter.doctor.checks import Row, worst
from callcenter.doctor.command import as_dict, show, verdict
from callcenter.doctor.findings import Finding, Status, error, ok, unknown, warning

WELL = Row("address", "Address", "north", ok("127.0.0.1:5038 answers"))
DARK = Row("queue_events", "Events of queues", "north", unknown("cannot be asked for"))
SLOW = Row("clock", "Clocks", "south", warning("2 s apart", "Use NTP."))
SHUT = Row("login", "Login", "south", error("refused", "See manager.conf."))


@pytest.mark.parametrize(
    ("rows", "status", "said"),
    [
        ([WELL], Status.OK, "All is well."),
        ([WELL, DARK], Status.OK, "All is well; 1 could not be looked at."),
        ([WELL, SLOW], Status.WARNING, "1 warning. Begin with: Clocks of south."),
        ([SLOW, SHUT, SHUT, DARK], Status.ERROR,
         "2 errors and 1 warning; 1 could not be looked at. Begin with: Login of south."),
    ],
)  # fmt: skip
def test_the_verdict_is_one_line(rows: list[Row], status: Status, said: str) -> None:
    assert (worst(rows), verdict(rows)) == (status, said)
    assert (as_dict(rows)["status"], as_dict(rows)["verdict"]) == (status.value, said)


def test_the_table_tells_what_to_do_and_takes_nothing_for_markup() -> None:
    named = Row("members", "Members", "north", Finding(Status.WARNING, "no such phone: [red]PJSIP/1", "Correct it."))
    page = StringIO()
    show([WELL, named, SLOW], Console(file=page, width=100))
    lines = page.getvalue().splitlines()
    assert "north: Address" in page.getvalue()
    assert "south: Clocks" in page.getvalue()
    assert any("no such phone: [red]PJSIP/1" in line for line in lines)
    assert any("→ Correct it." in line for line in lines)
    assert lines[-1] == "2 warnings. Begin with: Members of north."


def test_programs_get_stable_words() -> None:
    assert as_dict([SHUT])["checks"] == [
        {"name": "login", "pbx": "south", "status": "error", "said": "refused", "advice": "See manager.conf."}
    ]
