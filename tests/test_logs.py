"""Log lines: one a record, personal data masked, no local variables in tracebacks."""

import logging
import sys

from callcenter.logs import formatter


def _line(message: str, *arguments: object, **extra: object) -> str:
    record = logging.getLogger("callcenter.test").makeRecord(
        "callcenter.test", logging.INFO, __file__, 1, message, arguments, None, extra=extra
    )
    return formatter(colours=False).format(record)


def test_line_has_time_level_text_and_extras() -> None:
    line = _line("link to %s is up", "north", call_id="1763800000.1")
    assert line.startswith("20")
    assert "[info     ] link to north is up" in line
    assert "call_id=1763800000.1" in line
    assert "\n" not in line


def test_personal_data_is_masked() -> None:
    line = _line("placed", **{"pii.number": "+8613800138000", "pbx": "north"})
    assert "13800138000" not in line
    assert "pii.number=***" in line
    assert "pbx=north" in line


def test_what_came_from_outside_cannot_begin_a_line_of_its_own() -> None:
    assert "\n" not in _line("refused: %s", "x\n2026-01-01T00:00:00Z [info] signed in: user 1")


def test_traceback_shows_no_local_variables() -> None:
    password = "hunter2-" + "secret"  # not a literal, which a traceback would show as source
    logger = logging.getLogger("callcenter.test")
    try:
        raise ValueError(f"bad {len(password)}")
    except ValueError:
        record = logger.makeRecord("callcenter.test", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = formatter(colours=False).format(record)
    assert "ValueError: bad 14" in line
    assert "hunter2-secret" not in line
