"""What a ticket may say, when it is late, and what of it was changed."""

import pytest
from msgspec import structs

from callcenter.errors import BadInput, Conflict
from callcenter.tickets.rules import (
    DAY_SECONDS,
    Content,
    State,
    callback_due,
    check_closed,
    check_content,
    check_open,
    check_unmerged,
    differences,
    id_of,
    level_of,
    next_due,
    number_of,
)


def test_a_number_is_read_as_people_say_it() -> None:
    assert number_of(12) == "T-12"
    assert [id_of(typed) for typed in ("T-12", " t12 ", "12", "T--12", "", "12; DROP", "T-" + "9" * 16)] == [
        12, 12, 12, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type": "gift"}, "type"),
        ({"owner_agent": "1001", "owner_user": "ada"}, "owner_user"),
        ({"owner_agent": "1009"}, "owner_agent"),
        ({"team": "Team Z"}, "team"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(fields: dict[str, str], field: str) -> None:
    content = structs.replace(Content(type="repair", subject="Lamp"), **fields)
    with pytest.raises(BadInput) as refused:
        check_content(content, {"repair"}, {"1001"}, {"Team A"})
    assert refused.value.field == field


def test_only_what_differs_is_kept_in_the_history() -> None:
    before = Content(type="repair", subject="Lamp", team="Team A")
    after = Content(type="repair", subject="Lamp post", team="Team A", due_at=5.0)
    assert differences(before, after) == {"subject": ["Lamp", "Lamp post"], "due_at": [None, 5.0]}
    assert differences(before, before) == {}


@pytest.mark.parametrize(
    ("state", "due_at", "steps", "expected"),
    [
        (State.OPEN, None, [], None),
        (State.OPEN, 50.0, [], 50.0),
        (State.OPEN, None, [70.0, 60.0], 60.0),
        (State.WAITING, 50.0, [40.0], 40.0),
        (State.CLOSED, 50.0, [40.0], None),
    ],
)
def test_the_next_thing_is_due_first(
    state: State, due_at: float | None, steps: list[float], expected: float | None
) -> None:
    assert next_due(state, due_at, steps) == expected


def test_a_ticket_goes_up_level_by_level() -> None:
    after = (0, 60, 3600)
    assert [level_of(100.0, now, after) for now in (99.9, 100.0, 159.9, 160.0, 3700.0, 1e9)] == [0, 1, 1, 2, 3, 3]
    assert level_of(None, 1e9, after) == level_of(100.0, 1e9, ()) == 0


def test_a_callback_falls_due_within_seven_days() -> None:
    assert callback_due(0.0, 0, 600.0) == 600.0
    assert callback_due(0.0, 3, 600.0) == 3 * DAY_SECONDS
    assert callback_due(0.0, 30, 600.0) == 7 * DAY_SECONDS


def test_what_a_state_forbids() -> None:
    check_open(State.WAITING)
    check_closed(State.CLOSED)
    check_unmerged(None)
    with pytest.raises(Conflict):
        check_open(State.CLOSED)
    with pytest.raises(Conflict):
        check_closed(State.OPEN)
    with pytest.raises(Conflict, match="T-7"):
        check_unmerged(7)
