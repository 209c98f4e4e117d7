"""What of a request may be written down."""

import pytest

from callcenter.audit.rules import begins_playing, details_of, place_of, subject_of


def test_secrets_and_free_words_are_left_out_and_the_rest_is_cut() -> None:
    body = {
        "password": "correct horse",
        "new_secret": "s",
        "reset_token": "t",
        "name": "x" * 300,
        "url": "https://ada:pw@chat.example/send?access_token=s3cret",
        "targets": [{"number": "+8613800138000"}, {}],
        "is_enabled": True,
        "note": "is ill, asks for his son",
        "text": "call 13800138000 first",
    }
    assert details_of(body) == {
        "password": "…",
        "new_secret": "…",
        "reset_token": "…",
        "name": "x" * 200,
        "url": "https://chat.example/…",
        "targets": {"count": 2},
        "is_enabled": True,
        "note": "…",
        "text": "…",
    }


def test_what_is_given_is_kept_by_name_and_what_is_customers_is_counted() -> None:
    scope = {"teams": ["Team A"], "queues": ["600"]}
    body = {
        "roles": ["admin", "x" * 200],
        "permissions": ["see_audit"],
        "scope": scope | {"secret": "s"},
        "numbers": ["13800138000"],
        "recipients": ["li@example.com"],
        "queues": ["a"] * 51,
        "teams": [{"name": "A"}],
        "columns": ["number", "consent"],
    }
    assert details_of(body) == {
        "roles": ["admin", "x" * 128],
        "permissions": ["see_audit"],
        "scope": scope | {"secret": "…"},
        "numbers": {"count": 1},
        "recipients": {"count": 1},
        "queues": {"count": 51},
        "teams": {"count": 1},
        "columns": ["number", "consent"],
    }


def test_a_call_is_the_subject_whatever_stands_behind_it_in_the_path() -> None:
    of_call = {"pbx": "north", "call_id": "1.0", "tag": "complaint"}
    assert subject_of(of_call, None) == "1.0"
    assert place_of(of_call) == of_call
    assert subject_of({"pbx": "north", "interface": "PJSIP/801"}, None) == "PJSIP/801"
    assert subject_of({"list_id": 3}, {"id": 9}) == "9"
    assert place_of({"list_id": 3}) == place_of({}) == {}


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_other_bodies_have_no_details(body: object) -> None:
    assert details_of(body) == {}


@pytest.mark.parametrize(
    ("asked", "begins"), [("", True), ("bytes=0-", True), ("bytes=0-1023", True), ("bytes=1024-", False)]
)
def test_playing_counts_once(asked: str, begins: bool) -> None:
    assert begins_playing(asked) is begins
