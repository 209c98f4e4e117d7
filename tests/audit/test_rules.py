"""What of a request may be written down."""

import pytest

from callcenter.audit.rules import begins_playing, details_of


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


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_other_bodies_have_no_details(body: object) -> None:
    assert details_of(body) == {}


@pytest.mark.parametrize(
    ("asked", "begins"), [("", True), ("bytes=0-", True), ("bytes=0-1023", True), ("bytes=1024-", False)]
)
def test_playing_counts_once(asked: str, begins: bool) -> None:
    assert begins_playing(asked) is begins
