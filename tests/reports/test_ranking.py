"""Who is first in a team: by the better direction, with places shared by equals."""

from callcenter.reports.figures import FIGURE_BY_ID
from callcenter.reports.ranking import Rank, ranks

FIGURES = tuple(FIGURE_BY_ID[name] for name in ("aht_seconds", "handled_per_hour", "answered"))


def _day(aht: float | None, handled: float | None) -> dict[str, float | None]:
    return {"aht_seconds": aht, "handled_per_hour": handled, "answered": 3}


def test_the_shortest_handle_time_and_the_most_per_hour_are_first() -> None:
    quick, busy, new = _day(120, 8), _day(180, 12), _day(None, None)
    team = [quick, busy, new]
    assert ranks(FIGURES, quick, team) == {"aht_seconds": Rank(1, 2), "handled_per_hour": Rank(2, 2)}
    assert ranks(FIGURES, busy, team) == {"aht_seconds": Rank(2, 2), "handled_per_hour": Rank(1, 2)}
    assert ranks(FIGURES, new, team) == {}


def test_equals_share_the_better_place_and_the_next_one_is_left_out() -> None:
    first, second, third = _day(100, 10), _day(100, 10), _day(140, 9)
    team = [third, second, first]
    assert ranks(FIGURES, first, team) == ranks(FIGURES, second, team)
    assert ranks(FIGURES, first, team)["aht_seconds"] == Rank(1, 3)
    assert ranks(FIGURES, third, team)["aht_seconds"] == Rank(3, 3)


def test_nobody_is_first_of_one() -> None:
    assert ranks(FIGURES, _day(100, 10), [_day(100, 10)]) == {}
