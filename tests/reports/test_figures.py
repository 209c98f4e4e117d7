"""The catalogue: what each figure divides, and that it is complete for the panel."""

import pytest

from callcenter.floor.facts import VisitOutcome
from callcenter.reports.figures import FIGURES, figures_of, figures_of_each
from callcenter.reports.figures.measures import MEASURES
from callcenter.reports.today import Today
from tests.facts import a_conversation, a_survey, a_visit
from tests.reports.days import UTC, told

ANSWERED, ABANDONED = VisitOutcome.ANSWERED, VisitOutcome.ABANDONED


def day(*facts: object) -> Today:
    today = Today(UTC, lambda keys: None, 1_763_812_800.0)
    told(today, *facts)
    return today


def test_every_figure_divides_measures_that_exist() -> None:
    named = {measure for figure in FIGURES for measure in (*figure.numerator, *figure.denominator)}
    assert named <= MEASURES.keys()
    assert len({figure.id for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_is_named_and_explained_in_both_languages(figure: object) -> None:
    for word in ("label_en", "label_zh", "formula_en", "formula_zh"):
        assert getattr(figure, word)


def test_nothing_to_divide_by_is_none_and_not_zero() -> None:
    figures = figures_of({})
    assert figures["answer_rate"] is None
    assert figures["aht_seconds"] is None
    assert figures["offered"] == 0


def test_each_of_many_lines_has_the_figures_that_it_has_alone() -> None:
    busy = {measure: float(number) for number, measure in enumerate(MEASURES, 1)}
    beyond = {"answered": 2.0, "wait_beyond": 2.0, "longest_wait": 5_000.0}
    lines = [busy, {}, {"offered": 3.0, "abandoned": 1.0}, beyond, busy]
    assert figures_of_each(lines) == [figures_of(line) for line in lines]
    assert figures_of_each(lines, ()) == [{}] * len(lines)
    assert figures_of_each([]) == []


def test_waits_lie_evenly_in_their_bin_and_none_is_longer_than_the_longest() -> None:
    two_and_two = {"answered": 4.0, "wait_to_10": 2.0, "wait_to_20": 2.0, "longest_wait": 18.0}
    beyond = {"answered": 2.0, "wait_beyond": 2.0, "longest_wait": 5_000.0}
    found = figures_of_each([two_and_two, beyond, {"answered": 1.0, "longest_wait": 7.0}, {"offered": 1.0}])
    assert [told["wait_p50_seconds"] for told in found] == [10.0, 4_300.0, 7.0, None]
    assert [told["wait_p80_seconds"] for told in found] == [pytest.approx(18.0), pytest.approx(4_720.0), 7.0, None]
    assert [told["wait_p95_seconds"] for told in found] == [18.0, pytest.approx(4_930.0), 7.0, None]


def test_a_morning_in_one_queue() -> None:
    """Eight joined: five answered (one late), two gave up (one at once), one waited too long; one was turned away."""
    figures = day(
        *(a_visit(wait_seconds=wait) for wait in (1.0, 2.0, 3.0, 14.0, 40.0)),
        a_visit(outcome=ABANDONED, wait_seconds=2.0),
        a_visit(outcome=ABANDONED, wait_seconds=30.0),
        a_visit(outcome=VisitOutcome.TIMED_OUT, wait_seconds=60.0),
        a_visit(outcome=VisitOutcome.REFUSED_FULL, wait_seconds=0.0),
        a_conversation(talk_seconds=100.0, hold_seconds=20.0, wrap_up_seconds=30.0),
        a_conversation(talk_seconds=50.0, hold_seconds=0.0, wrap_up_seconds=10.0),
        a_conversation(queue="", talk_seconds=999.0),
    ).view("pbx1/service")
    assert figures is not None
    assert (figures["offered"], figures["answered"], figures["abandoned"]) == (8, 5, 2)
    assert (figures["abandoned_short"], figures["timed_out"], figures["refused"]) == (1, 1, 1)
    assert figures["answer_rate"] == 5 / 8
    assert figures["answer_rate_long"] == 5 / 7
    assert figures["abandonment_rate"] == 2 / 8
    assert figures["asa_seconds"] == 12.0
    assert (figures["handled"], figures["aht_seconds"]) == (2, 105.0)
    assert (figures["talk_seconds"], figures["hold_seconds"], figures["wrap_up_seconds"]) == (150.0, 20.0, 40.0)
    assert (figures["average_talk_seconds"], figures["average_hold_seconds"]) == (75.0, 10.0)
    assert figures["average_wrap_up_seconds"] == 20.0


def test_satisfaction_is_a_share_of_those_who_answered_and_the_answer_rate_of_those_who_were_asked() -> None:
    """Six were asked: three liked it, one did not, two said nothing; of a seventh nobody heard what came of it."""
    scores = [a_survey(score=score) for score in (5, 4, 4, 1, 0, 0)]
    figures = day(*scores, a_survey(score=0, is_certain=False)).view("pbx1/service")
    assert figures is not None
    assert (figures["surveys_offered"], figures["surveys_answered"]) == (6, 4)
    assert (figures["satisfaction"], figures["survey_answer_rate"]) == (3 / 4, 4 / 6)
    assert figures["satisfaction_score"] == 14 / 4
    nobody = day(a_survey(score=0)).view("pbx1/service")
    assert nobody is not None
    assert (nobody["satisfaction"], nobody["satisfaction_score"], nobody["survey_answer_rate"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("variant", "level"),
    [
        ("offered_without_short_abandons", 2 / 4),
        ("offered", 2 / 5),
        ("answered", 2 / 3),
        ("abandons_count_as_met", 3 / 5),
    ],
)
def test_service_level_by_the_variant_kept_with_each_visit(variant: str, level: float) -> None:
    """Answered after 5 and 10 s in time, after 40 s late; given up after 2 s and after 30 s; the threshold is 15 s."""
    waits = ((ANSWERED, 5.0), (ANSWERED, 10.0), (ANSWERED, 40.0), (ABANDONED, 2.0), (ABANDONED, 30.0))
    visits = (a_visit(outcome=outcome, wait_seconds=wait, service_level_variant=variant) for outcome, wait in waits)
    figures = day(*visits).view("*")
    assert figures is not None
    assert figures["service_level"] == pytest.approx(level)


def test_the_threshold_itself_is_in_time_and_the_short_abandon_is_below_its_own() -> None:
    figures = day(a_visit(wait_seconds=15.0), a_visit(outcome=ABANDONED, wait_seconds=5.0)).view("*")
    assert figures is not None
    assert figures["service_level"] == 1.0 / 2
    assert figures["abandoned_short"] == 0
