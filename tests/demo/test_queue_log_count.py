"""The independent count of queue_log and its comparison with ours."""

import pytest

from callcenter.demo.queue_log_count import Count, Difference, Visit, count, differences, read_visits

LOG = """\
1700000000|NONE|NONE|NONE|QUEUESTART|
1700000001|pbx1-1.0|support|NONE|ENTERQUEUE||13800000001|1
1700000002|pbx1-1.2|sales|NONE|ENTERQUEUE||13800000002|1
1700000002|pbx1-1.0|support|Wang|RINGNOANSWER|5000
1700000003|pbx1-1.0|support|Li|CONNECT|2|pbx1-1.1|1
1700000004|MANAGER|support|PJSIP/1001|ADDMEMBER|
1700000005|pbx1-1.2|sales|NONE|ABANDON|1|1|3
1700000009|pbx1-1.0|support|Li|COMPLETECALLER|2|6|1
"""


def visits(text: str) -> list[Visit]:
    return read_visits(text.splitlines(keepends=True))


def test_visits_end_as_the_log_says() -> None:
    assert visits(LOG) == [Visit("pbx1-1.0", "support", "answered"), Visit("pbx1-1.2", "sales", "abandoned")]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("CONNECT|2|1.1|1", "answered"),
        ("ABANDON|1|1|3", "abandoned"),
        ("EXITWITHTIMEOUT|1|1|3", "timed_out"),
        ("EXITEMPTY|1|1|3", "left_when_empty"),
        ("EXITWITHKEY|9|1|1|3", "left_by_key"),
        ("WITHDRAW|1|1|3|", "withdrawn"),
        ("SYSCOMPAT", "abandoned"),
        ("RINGNOANSWER|5000", "waiting"),
        ("AGENTDUMP", "waiting"),
    ],
)
def test_every_way_to_end(line: str, outcome: str) -> None:
    entered = "1|7.0|q|NONE|ENTERQUEUE||1|1\n"
    assert visits(f"{entered}2|7.0|q|NONE|{line}\n") == [Visit("7.0", "q", outcome)]


def test_the_same_call_may_join_the_same_queue_again() -> None:
    stay = "1|7.0|q|N|ENTERQUEUE||1|1\n"
    text = f"{stay}2|7.0|q|N|EXITWITHTIMEOUT|1|1|1\n{stay}4|7.0|q|A|CONNECT|1|7.1|1\n"
    assert [visit.outcome for visit in visits(text)] == ["timed_out", "answered"]


def test_an_ending_counts_once() -> None:
    text = "1|7.0|q|N|ENTERQUEUE||1|1\n2|7.0|q|A|CONNECT|1|7.1|1\n3|7.0|q|N|ABANDON|1|1|1\n"
    assert visits(text) == [Visit("7.0", "q", "answered")]


def test_broken_lines_and_endings_without_a_beginning_count_nothing() -> None:
    assert visits("garbage\n\n1|7.0|q|N|ABANDON|1|1|1\n1|2|3\n") == []


def test_count_leaves_refused_callers_out_of_offered() -> None:
    seen = [
        Visit("1", "q", "answered"),
        Visit("2", "q", "abandoned"),
        Visit("3", "q", "timed_out"),
        Visit("4", "q", "refused_full"),
    ]
    assert count(seen) == Count(
        offered=3, answered=1, abandoned=1, outcomes={"abandoned": 1, "answered": 1, "refused_full": 1, "timed_out": 1}
    )


def test_equal_sides_have_no_differences_whatever_their_order() -> None:
    ours = [Visit("2", "q", "abandoned"), Visit("1", "q", "answered"), Visit("9", "q", "refused_full")]
    assert differences(ours, [ours[1], ours[0]]) == []


def test_a_difference_names_the_calls_of_each_side() -> None:
    ours = [Visit("1", "q", "abandoned"), Visit("2", "q", "answered")]
    log = [Visit("1", "q", "timed_out"), Visit("2", "q", "answered")]
    assert differences(ours, log) == [
        Difference("q", "abandoned", 1, 0, ("1",), ()),
        Difference("q", "timed_out", 0, 1, (), ("1",)),
    ]


def test_one_call_counted_twice_is_a_difference() -> None:
    once = [Visit("1", "q", "answered")]
    assert differences(once * 2, once) == [Difference("q", "answered", 2, 1, ("1",), ())]
