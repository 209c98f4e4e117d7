"""Parsing by layout gives what parsing in full gives, for recorded events and for any that are laid out otherwise."""

import gzip
import inspect
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.asterisk import headers, survey, translate
from callcenter.asterisk.messages import UNREAD, EventParser, Framer, event_name, parse
from callcenter.asterisk.translate import TABLE

RECORDED = sorted(Path("tests/replays").glob("*.ami.gz")) + sorted(Path("bench/streams").glob("*.ami.gz"))


def read(message: dict[str, str]) -> dict[str, str]:
    return {header: value for header, value in message.items() if header not in UNREAD}


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_every_recorded_event_is_parsed_alike(path: Path) -> None:
    parser = EventParser()
    for raw in Framer().feed(gzip.decompress(path.read_bytes())):
        name = event_name(raw)
        if name in TABLE:
            assert read(parser.parse(name, raw)) == read(parse(raw))


def test_nobody_reads_what_is_left_out() -> None:
    sources = "".join(inspect.getsource(module) for module in (translate, headers))
    assert [header for header in UNREAD if f'"{header}"' in sources] == []
    assert "EventParser" not in inspect.getsource(survey), "a survey reads more headers: it parses in full"


LINES = st.lists(st.sampled_from(["A: 1", "B: 2", "B: 3", "C: x: y", "D:", "E: ", "nonsense"]), min_size=1, max_size=5)


@given(st.lists(LINES, min_size=1, max_size=8))
def test_messages_of_one_kind_may_change_their_layout(bodies: list[list[str]]) -> None:
    parser = EventParser()
    for body in bodies:
        raw = "\r\n".join(["Event: X", *body]).encode()
        assert read(parser.parse(b"X", raw)) == read(parse(raw))
