"""What can be a clip, and when somebody has heard it."""

import pytest

from callcenter.errors import BadInput
from callcenter.quality.clips.rules import (
    Audience,
    CallLanguage,
    Card,
    ClipKind,
    check_order,
    checked_card,
    checked_span,
    checked_topics,
    is_heard,
)
from callcenter.quality.rules import Words

DAY = 86_400.0
NOW = 1_763_800_000.0


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (-0.1, 5.0, "from_seconds"),
        (60.0, 61.0, "from_seconds"),
        (float("nan"), 5.0, "from_seconds"),
        (5.0, 5.0, "to_seconds"),
        (5.0, 4.0, "to_seconds"),
        (5.0, 60.2, "to_seconds"),
        (5.0, float("nan"), "to_seconds"),
        (5.0, float("inf"), "to_seconds"),
        (5.0, 5.9, "to_seconds"),
    ],
)
def test_spans_that_cannot_be_cut_out_of_a_minute(start: float, end: float, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_span(start, end, 60.0)
    assert refused.value.field == field


def test_a_span_up_to_the_rounded_end_ends_with_the_recording() -> None:
    assert checked_span(0.0, 60.04, 60.0) == (0.0, 60.0)
    assert checked_span(12.34567, 14.0, 60.0) == (12.346, 14.0)


def test_a_clip_is_no_whole_call() -> None:
    with pytest.raises(BadInput):
        checked_span(0.0, 901.0, 3600.0)


def test_topics_are_tidied_and_none_is_there_twice() -> None:
    assert checked_topics(["  Price   talk ", "price talk", "Ｐｒｉｃｅ", "投诉"]) == ["Price talk", "Price", "投诉"]


@pytest.mark.parametrize("topic", ["", "  ", "x" * 41, "a\x07b"])
def test_topics_that_are_refused(topic: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_topics(["good", topic])
    assert refused.value.field == "topics.1"


def test_topics_are_few() -> None:
    with pytest.raises(BadInput):
        checked_topics(map(str, range(11)))


def _card(title: Words, kept_until: float) -> Card:
    return Card(
        kind=ClipKind.PROBLEM,
        title=title,
        note=Words(" why ", ""),
        topics=[],
        language=CallLanguage.OTHER,
        audience=Audience.ALL,
        hides_agent=True,
        kept_until=kept_until,
    )


@pytest.mark.parametrize(
    ("title", "kept_until", "field"),
    [
        (Words(" ", "\t"), NOW + DAY, "title"),
        (Words("a"), NOW, "kept_until"),
        (Words("a"), NOW + 6 * 366 * DAY, "kept_until"),
        (Words("a"), float("nan"), "kept_until"),
    ],
)
def test_cards_that_are_refused(title: Words, kept_until: float, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_card(_card(title, kept_until), NOW)
    assert refused.value.field == field


def test_a_title_in_one_language_is_enough() -> None:
    kept = checked_card(_card(Words("", " 开场 "), NOW + DAY), NOW)
    assert (kept.title, kept.note) == (Words("", "开场"), Words("why", ""))


def test_a_playlist_has_a_clip_once() -> None:
    check_order([3, 1, 2])
    with pytest.raises(BadInput) as refused:
        check_order([3, 1, 3])
    assert refused.value.field == "clips.2"


@pytest.mark.parametrize(
    ("spans", "heard"),
    [
        ([], False),
        ([(10.0, 18.9)], False),
        ([(10.0, 19.0)], True),
        ([(10.0, 15.0), (14.0, 19.5)], True),
        ([(10.0, 14.0), (10.0, 14.0), (10.0, 14.0)], False),
        ([(0.0, 10.0), (20.0, 40.0)], False),
        ([(0.0, 40.0)], True),
    ],
)
def test_heard_is_who_listened_to_nine_tenths(spans: list[tuple[float, float]], heard: bool) -> None:
    assert is_heard(spans, 10.0, 20.0) is heard
