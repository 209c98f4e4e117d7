"""The comparison of stored visits with those of queue_log."""

from msgspec.structs import replace

from callcenter.asterisk.reconciliation import Count, Difference, reconcile
from callcenter.floor.facts import QueueVisit, VisitOutcome
from callcenter.floor.terms import CallId, ChannelId
from tests.facts import NOON, a_visit

ANSWERED, ABANDONED, LOST = VisitOutcome.ANSWERED, VisitOutcome.ABANDONED, VisitOutcome.LOST
WITHDRAWN = VisitOutcome.WITHDRAWN


def visit(name: str, outcome: VisitOutcome = ANSWERED, at: float = 0.0) -> QueueVisit:
    return a_visit(channel_id=ChannelId(name), outcome=outcome, joined_at=NOON + at)


def differences(stored: list[QueueVisit], logged: list[QueueVisit]) -> list[Difference]:
    return reconcile(stored, logged, NOON - 10, NOON + 1000).differences


def test_equal_sides_whatever_their_order_and_fractions() -> None:
    stored = [visit("2", ABANDONED, 1.7), visit("1", ANSWERED, 0.2)]
    found = reconcile(stored, [visit("1"), visit("2", ABANDONED, 1)], NOON, NOON + 60)
    assert (found.differences, found.explained) == ([], [])
    assert found.counts == [Count("service", ABANDONED, 1, 1), Count("service", ANSWERED, 1, 1)]


def test_another_outcome_and_a_stay_of_one_side_only() -> None:
    stored = [visit("1", LOST), visit("2", ABANDONED, 5)]
    logged = [visit("1", ANSWERED), visit("3", ABANDONED, 9)]
    assert differences(stored, logged) == [
        Difference("service", ChannelId("1"), CallId("1763812800.1"), NOON, LOST, ANSWERED),
        Difference("service", ChannelId("2"), CallId("1763812800.1"), NOON + 5, ABANDONED, None),
        Difference("service", ChannelId("3"), CallId("1763812800.1"), NOON + 9, None, ABANDONED),
    ]


def test_a_stay_that_is_there_twice_is_a_difference() -> None:
    assert [each.logged for each in differences([visit("1"), visit("1", at=0.5)], [visit("1")])] == [None]


def test_joins_of_one_channel_are_told_apart_by_their_time() -> None:
    stored = [visit("1", ABANDONED, 100.9), visit("1", ANSWERED, 0.9)]
    assert differences(stored, [visit("1", ANSWERED), visit("1", ABANDONED, 100)]) == []


def test_refused_callers_are_not_in_queue_log() -> None:
    found = reconcile([visit("1", VisitOutcome.REFUSED_FULL)], [], NOON, NOON + 60)
    assert (found.counts, found.differences) == ([], [])


def test_a_moved_caller_is_explained() -> None:
    found = reconcile([visit("1", WITHDRAWN)], [visit("1", ABANDONED)], NOON, NOON + 60)
    assert found.differences == []
    assert [(each.stored, each.logged) for each in found.explained] == [(WITHDRAWN, ABANDONED)]
    assert "moved" in found.explained[0].explanation
    assert found.counts == [Count("service", ABANDONED, 0, 1), Count("service", WITHDRAWN, 1, 0)]


def test_the_other_way_round_nothing_is_explained() -> None:
    assert len(differences([visit("1", ABANDONED)], [visit("1", WITHDRAWN)])) == 1


def test_a_stay_at_an_edge_is_in_the_span_where_we_have_it() -> None:
    stored, logged = [visit("1", at=59.9), visit("2", at=60.4)], [visit("1", at=60), visit("2", at=59)]
    first, second = reconcile(stored, logged, NOON, NOON + 60), reconcile(stored, logged, NOON + 60, NOON + 90)
    assert first.counts == second.counts == [Count("service", ANSWERED, 1, 1)]
    assert first.differences == second.differences == []


def test_a_place_that_was_taken_over_is_one_stay_under_two_channels() -> None:
    assert differences([visit("caller", at=0.7)], [visit("asking")]) == []


def test_stays_of_two_channels_that_end_or_come_out_otherwise_are_two() -> None:
    later = replace(visit("caller"), ended_at=visit("caller").ended_at + 9)
    assert len(differences([later], [visit("asking")])) == 2
    assert len(differences([visit("caller", ABANDONED)], [visit("asking")])) == 2
