"""What the floor shows: entities, gauges, deltas; and that its tables name every event."""

from typing import get_args

import pytest

from callcenter.floor import events as e
from callcenter.floor.changes import Delta, changed_fields, merged, publish
from callcenter.floor.commands import PauseMember
from callcenter.floor.facts import AnyFact, SeatState
from callcenter.floor.floor import GAUGES, STEPS, VIEWS, Floor
from callcenter.floor.seat import STATES, TRANSITIONS
from tests.floor.stories import Diary
from tests.floor.test_queue_calls import a_day


def test_every_event_has_a_step() -> None:
    assert set(STEPS) == set(get_args(e.AnyEvent))


def test_every_state_has_a_rule_and_its_transitions() -> None:
    assert {rule.state for rule in STATES} == set(TRANSITIONS) == set(SeatState)


def test_the_key_of_every_fact_names_fields_of_it() -> None:
    for kind in get_args(AnyFact):
        assert set(kind.key) <= set(kind.__struct_fields__), kind


def test_a_command_names_its_pbx_and_never_changes() -> None:
    command = PauseMember("pbx1", "PJSIP/1001", "meal")
    assert (command.pbx, command.queue) == ("pbx1", None)
    with pytest.raises(AttributeError):
        command.reason = "training"  # type: ignore[misc]


def test_entities_of_a_floor() -> None:
    day = a_day("1001", "1002").joins("first").after(4).joins("second")
    snapshot = day.floor.snapshot()
    assert snapshot["queues"]["pbx1/support"] == {
        "pbx": "pbx1",
        "queue": "support",
        "label": "Support",
        "waiting": 2,
        "oldest_joined_at": snapshot["visits"]["pbx1/first/support/1"]["joined_at"],
        "members": 2,
        "seats": {"ready": 2},
    }
    assert day.floor.view(GAUGES) == snapshot["gauges"]["*"]
    assert snapshot["gauges"]["*"]["seats"]["ready"] == 2
    for kind in VIEWS:
        for identity, view in snapshot[kind].items():
            assert day.floor.view((kind, identity)) == view


@pytest.mark.parametrize("kind", ["seats", "queues", "visits"])
def test_what_is_not_there_has_no_view(kind: str) -> None:
    assert a_day("1001").floor.view((kind, "pbx1/nothing")) is None


def test_a_visit_that_has_left_is_shown_no_more() -> None:
    day = a_day().joins("caller").leaves("caller")
    assert day.floor.view(("visits", "pbx1/caller/support/1")) is None
    assert day.joins("caller").floor.view(("visits", "pbx1/caller/support/1")) is None
    assert day.floor.view(("visits", "pbx1/caller/support/2")) is not None


def test_a_delta_has_only_what_changed() -> None:
    day = Diary().directory("1001")
    published = day.floor.snapshot()
    day.signs_in("1001")
    delta = publish(published, day.floor, day.last.touched)
    assert set(delta.changed["seats"]["pbx1/PJSIP/1001"]) == {"state", "since", "device", "queues", "penalties"}
    assert not publish(published, day.floor, day.last.touched)


def test_a_delta_names_what_is_gone() -> None:
    day = a_day().joins("caller")
    published = day.floor.snapshot()
    before = {kind: dict(views) for kind, views in published.items()}
    day.gives_up("caller")
    touched = {("visits", "pbx1/caller/support/1"), ("visits", "pbx1/never/support/1")}
    delta = publish(published, day.floor, touched)
    assert delta.removed == {"visits": ["pbx1/caller/support/1"]}
    assert merged(before, delta)["visits"] == {}


def test_changed_fields() -> None:
    assert changed_fields(None, {"a": 1}) == {"a": 1}
    assert changed_fields({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == {"b": 3, "c": None}


def test_merging_leaves_the_old_view_alone() -> None:
    old = {"seats": {"a": {"x": 1, "y": 1}}}
    new = merged(old, Delta({"seats": {"a": {"y": 2}}, "lists": {"1": {"x": 1}}}, {"seats": ["b"], "queues": ["q"]}))
    assert new == {"seats": {"a": {"x": 1, "y": 2}}, "lists": {"1": {"x": 1}}}
    assert old == {"seats": {"a": {"x": 1, "y": 1}}}


def test_an_empty_floor() -> None:
    floor = Floor()
    assert floor.next_due_at() is None
    assert floor.snapshot()["gauges"]["*"]["waiting"] == 0
