"""May this number be called: every reason against it, and when next."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.dialer.calendar import Almanac, Calendar, Closed
from callcenter.dialer.permit import Ban, Dialled, Forbidden, Limits, NumberLimit, Refusal, Refused, Rulebook
from callcenter.dialer.windows import Span, Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERY_DAY = Window(frozenset(range(1, 8)), Span(9 * 60, 18 * 60))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


NOON = at("2026-11-23T12:00")
LIMITS = Limits((NumberLimit(3, 1), NumberLimit(4, 7)), of_target_a_day=2)
RULEBOOK = Rulebook(Almanac(Calendar((EVERY_DAY,)), Span(8 * 60, 21 * 60), SHANGHAI), LIMITS)


NEVER_DIALLED = Dialled()


def reasons(
    dialled: Dialled = NEVER_DIALLED, ban: Ban | None = None, moment: float = NOON, is_withdrawn: bool = False
) -> tuple[list[str], float | None]:
    permit = RULEBOOK.may_call("Asia/Shanghai", moment, dialled, Forbidden(ban, is_withdrawn))
    assert permit.is_given == (not permit.refused)
    return [one.reason for one in permit.refused], permit.next_at


def test_nothing_against_it() -> None:
    assert reasons() == ([], NOON)


def test_outside_the_window() -> None:
    assert reasons(moment=at("2026-11-23T19:00")) == ([Closed.OUTSIDE_WINDOW], at("2026-11-24T09:00"))


def test_a_target_is_called_twice_a_day_and_next_morning_again() -> None:
    earlier = [at("2026-11-22T17:00"), at("2026-11-23T09:30"), at("2026-11-23T10:30")]
    assert reasons(Dialled(target=earlier)) == ([Refusal.DAILY_LIMIT], at("2026-11-24T09:00"))
    assert reasons(Dialled(target=earlier[:2])) == ([], NOON)


def test_a_number_has_its_limits_whatever_list_calls_it() -> None:
    days = [at(f"2026-11-{day}T10:00") for day in (18, 19, 20, 21)]
    assert reasons(Dialled(number=days)) == ([Refusal.NUMBER_LIMIT], at("2026-11-25T09:00"))
    today = [at(f"2026-11-23T{hour}:00") for hour in ("09", "10", "11")]
    assert reasons(Dialled(number=today)) == ([Refusal.NUMBER_LIMIT], at("2026-11-24T09:00"))
    assert reasons(Dialled(number=days[1:])) == ([], NOON)


def test_the_day_is_that_of_the_customer() -> None:
    new_york = ZoneInfo("America/New_York")
    calendar = Calendar((EVERY_DAY,), uses_customer_clock=True)
    rulebook = Rulebook(Almanac(calendar, Span(0, 1440), SHANGHAI), Limits((NumberLimit(1, 1),)))
    evening, morning = at("2026-11-22T17:00", new_york), at("2026-11-23T09:00", new_york)
    dialled = Dialled(number=[evening])
    assert not rulebook.may_call("America/New_York", evening + 60, dialled, Forbidden()).is_given
    assert rulebook.may_call("America/New_York", morning, dialled, Forbidden()).is_given


@pytest.mark.parametrize(("until", "next_at"), [(None, None), (NOON + 86_400, NOON + 86_400), (NOON - 1, NOON)])
def test_the_do_not_call_list(until: float | None, next_at: float | None) -> None:
    expected = [] if until == NOON - 1 else [Refusal.DO_NOT_CALL]
    assert reasons(ban=Ban(until)) == (expected, next_at)


def test_every_reason_is_told_and_the_last_to_end_decides() -> None:
    today = [at("2026-11-23T09:00"), at("2026-11-23T09:10")]
    dialled = Dialled(target=today, is_in_air=True)
    permit = RULEBOOK.may_call("Asia/Shanghai", at("2026-11-23T20:00"), dialled, Forbidden(Ban(at("2026-11-25T10:00"))))
    assert permit.refused == (
        Refused(Refusal.DO_NOT_CALL, at("2026-11-25T10:00")),
        Refused(Refusal.BEING_CALLED, None),
        Refused(Refusal.DAILY_LIMIT, at("2026-11-24T00:00")),
        Refused(Closed.OUTSIDE_WINDOW, at("2026-11-24T09:00")),
    )
    assert permit.next_at is None


def test_withdrawn_consent_holds_until_somebody_changes_it_whatever_else_is_against_it() -> None:
    assert reasons(is_withdrawn=True) == ([Refusal.WITHDRAWN], None)
    both = reasons(ban=Ban(NOON + 60), moment=NOON, is_withdrawn=True)
    assert both == ([Refusal.DO_NOT_CALL, Refusal.WITHDRAWN], None)
