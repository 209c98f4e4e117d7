"""Who may do what, which passwords are accepted, and the throttle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.accounts import rules
from callcenter.accounts.rules import (
    Failures,
    Role,
    Throttle,
    check_new_password,
    check_username,
    permissions_of,
    username_key,
)
from callcenter.errors import BadInput
from callcenter.settings import PrivacySettings

NOW = 1_763_800_000.0


def test_roles_permit_what_the_api_page_says() -> None:
    assert permissions_of([Role.AGENT]) == {
        *(
            "see_floor",
            "work_seat",
            "transfer_outside",
            "work_callbacks",
            "see_own_reviews",
            "see_customers",
            "edit_customers",
            "hear_clips",
            "work_tickets",
            "see_numbers",
        ),
    }
    reads = {"see_floor", "see_calls", "hear_recordings", "see_reports", "see_lists", "see_alerts"}
    assert permissions_of([Role.SUPERVISOR]) == reads | {
        *("control_seats", "listen_in", "send_reports", "run_lists", "stop_dialling", "work_callbacks"),
        *("manage_alerts", "manage_wallboards", "decide_appeals", "tag_calls", "transfer_outside"),
        *("see_customers", "edit_customers", "manage_customers", "manage_wrap_ups", "hear_clips", "manage_clips"),
        *("see_numbers", "see_shifts", "plan_shifts", "work_tickets", "manage_tickets"),
    }
    assert permissions_of([Role.TEAM_LEADER]) == reads | {
        *("control_seats", "listen_in", "work_callbacks", "decide_appeals", "tag_calls"),
        *("see_customers", "edit_customers", "hear_clips", "see_numbers", "see_shifts", "plan_shifts"),
        *("work_tickets", "manage_tickets"),
    }
    assert permissions_of([Role.TEAM_LEADER]) < permissions_of([Role.SUPERVISOR])
    assert permissions_of([Role.QA]) == {
        *("see_calls", "hear_recordings", "see_accesses", "see_reports", "review_calls"),
        *("manage_review_forms", "manage_sampling", "tag_calls", "export_recordings", "see_customers"),
        *("hear_clips", "manage_clips", "see_numbers"),
    }
    assert permissions_of([Role.ADMIN]) == permissions_of([Role.AGENT, Role.SUPERVISOR, Role.QA]) | {
        "manage_users",
        "manage_webhooks",
        "see_audit",
        "manage_retention",
        "erase_customers",
        "ship_recordings",
    }
    assert permissions_of([Role.AGENT, Role.QA]) == {
        "see_floor",
        "work_seat",
        "transfer_outside",
        "work_callbacks",
        "see_own_reviews",
        "see_customers",
        "edit_customers",
        "hear_clips",
        "work_tickets",
        "manage_clips",
        "see_calls",
        "hear_recordings",
        "see_accesses",
        "see_reports",
        "review_calls",
        "manage_review_forms",
        "manage_sampling",
        "tag_calls",
        "export_recordings",
        "see_numbers",
    }
    assert permissions_of([]) == frozenset()


@pytest.mark.parametrize(
    ("roles", "masked_for", "sees"),
    [
        ([Role.QA], (), True),
        ([Role.QA], ("agent",), True),
        ([Role.QA], ("agent", "qa"), False),
        ([Role.QA, Role.AGENT], ("agent", "qa"), False),
        ([Role.QA, Role.SUPERVISOR], ("agent", "qa"), True),
        ([Role.ADMIN], ("admin",), True),
        ([Role.AGENT, Role.ADMIN], ("agent", "admin"), True),
    ],
)
def test_numbers_are_masked_for_who_has_no_other_role(
    roles: list[Role], masked_for: tuple[str, ...], sees: bool
) -> None:
    allowed = permissions_of(roles, masked_for=masked_for)
    assert ("see_numbers" in allowed) == sees
    assert allowed | {"see_numbers"} == permissions_of(roles)


def test_every_role_but_the_administrators_can_be_named_in_the_settings() -> None:
    for role in Role:
        if role is not Role.ADMIN:
            assert PrivacySettings.model_validate({"masked_for": [role.value]}).masked_for == (role.value,)
    with pytest.raises(ValidationError):
        PrivacySettings.model_validate({"masked_for": [Role.ADMIN]})


@pytest.mark.parametrize(
    "password",
    [
        *("", "ninechars", "x" * 1025, "ADA.LOVELACE", "Ａda.lovelace"),
        *("1234567890", "aaaaaaaaaa", "qwertyuiop", "password123", "Callcenter2026", "ada.lovelace1", "2026-11-28"),
    ],
)
def test_poor_password_is_refused(password: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_new_password("ada.lovelace", password)
    assert refused.value.field == "password"
    assert not password or password not in refused.value.message


@pytest.mark.parametrize("username", ["", "a b", "a\nb", "a\u200bb", "x" * 65, " ada"])
def test_username_that_nobody_could_type_is_refused(username: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_username(username)
    assert refused.value.field == "username"


@pytest.mark.parametrize("username", ["a", "ada", "王小明", "ada@example.org", "x" * 64])
def test_usual_usernames_are_accepted(username: str) -> None:
    check_username(username)
    assert username_key(username) == username_key(username.upper())


@given(st.text(max_size=20))
def test_key_of_a_key_is_itself(username: str) -> None:
    assert username_key(username_key(username)) == username_key(username)


def test_lock_doubles_from_half_a_minute_to_a_quarter_of_an_hour() -> None:
    waits = [Failures(count, NOW).locked_until(5) - NOW for count in range(5, 12)]
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert Failures(4, NOW).locked_until(5) == 0
    assert Failures(10**6, NOW).locked_until(5) == NOW + 900


def _charge(throttle: Throttle, times: int, username: str = "ada", address: str = "192.0.2.1") -> list[float]:
    return [throttle.charge(username, address, NOW) for _ in range(times)]


def test_the_sixth_try_waits_and_a_refused_try_does_not_count() -> None:
    throttle = Throttle()
    assert _charge(throttle, 7) == [0, 0, 0, 0, 0, 30, 30]
    assert throttle.charge("ada", "192.0.2.1", NOW + 30) == 0
    assert throttle.charge("ada", "192.0.2.1", NOW + 31) == 59


def test_an_account_is_locked_from_every_address_and_in_every_spelling() -> None:
    throttle = Throttle()
    _charge(throttle, 5)
    assert throttle.charge("ADA", "198.51.100.7", NOW) == 30
    assert throttle.charge("bob", "192.0.2.1", NOW) == 0


def test_an_address_is_locked_for_every_account() -> None:
    throttle = Throttle()
    for number in range(50):
        assert throttle.charge(f"user{number}", "192.0.2.1", NOW) == 0
    assert throttle.charge("bob", "192.0.2.1", NOW) == 30
    assert throttle.charge("bob", "198.51.100.7", NOW) == 0


def test_success_frees_the_account_but_gives_the_address_only_that_try_back() -> None:
    throttle = Throttle()
    for number in range(49):
        throttle.charge(f"user{number}", "192.0.2.1", NOW)
    assert throttle.charge("mallory", "192.0.2.1", NOW) == 0
    throttle.refund("mallory", "192.0.2.1")
    assert throttle.charge("victim", "192.0.2.1", NOW) == 0
    assert throttle.charge("victim", "192.0.2.1", NOW) == 30


def test_failures_are_forgotten_after_an_hour() -> None:
    throttle = Throttle()
    _charge(throttle, 5)
    assert throttle.charge("ada", "192.0.2.1", NOW + 3600) == 0
    assert throttle.charge("ada", "192.0.2.1", NOW + 3601) == 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_SUBJECTS", 100)
    throttle = Throttle()
    for number in range(1000):
        throttle.charge(f"user{number}", f"address {number}", NOW)
    assert len(throttle._failures) == 100
