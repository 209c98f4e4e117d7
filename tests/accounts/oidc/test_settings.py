"""Settings of the provider that would let the wrong people in, or nobody, stop the start."""

from typing import Any

import pytest
from pydantic import ValidationError

from callcenter.accounts.oidc.rules import claim, own_page, roles_of
from callcenter.settings import AccountSettings, OidcSettings

RIGHT: dict[str, Any] = {"issuer": "https://login.example.com/realms/a", "client_id": "callcenter"}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"issuer": "http://login.example.com"}, "https"),
        ({"issuer": "https://login.example.com/?a=b"}, "https"),
        ({"issuer": "login.example.com"}, "https"),
        ({"scopes": ("profile",)}, "openid"),
        ({"scopes": ("openid", 'a"b')}, "scopes"),
        ({"adds_users": True}, "new_user_roles"),
        ({"groups_claim": "groups"}, "roles_of_group"),
        ({"roles_of_group": {"a": ("agent",)}}, "groups_claim"),
        ({"client_secret": "x", "client_secret_file": "y"}, "client_secret"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], word: str) -> None:
    assert OidcSettings(**RIGHT).adds_users is False
    with pytest.raises(ValidationError, match=word):
        OidcSettings(**RIGHT | wrong)


def test_one_way_to_sign_in_is_left() -> None:
    assert AccountSettings(takes_passwords=False, oidc=OidcSettings(**RIGHT)).oidc is not None
    with pytest.raises(ValidationError, match="no way to sign in"):
        AccountSettings(takes_passwords=False)


def test_claims_lie_at_the_top_or_inside() -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://example.com/groups": ["b"]}
    assert claim(claims, "realm_access.roles") == ["a"]
    assert claim(claims, "https://example.com/groups") == ["b"]
    assert claim(claims, "realm_access.none.at_all") is None


def test_several_groups_give_all_their_roles() -> None:
    assert roles_of(["a", "b", "c"], {"a": ("qa",), "b": ("agent", "qa")}) == ("agent", "qa")


def test_pages_of_the_panel() -> None:
    assert own_page("/reports?a=b#c") == "/reports?a=b#c"
    assert own_page("/" + "a" * 600) == "/"
    assert own_page("/客户") == "/"
