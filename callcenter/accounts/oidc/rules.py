"""Who somebody is by what the provider says of them, and why they are not let in: decisions without side effects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from callcenter.accounts.rules import NAME_LENGTH

Reason = Literal[
    "provider_away",
    "refused_there",
    "broken_off",
    "not_proved",
    "no_username",
    "unknown",
    "disabled",
    "taken",
    "no_role",
    "last_admin",
]
"""Why somebody was not signed in, as the sign-in page is told it."""

START_PAGE = "/"
LONGEST_PAGE = 500


class Refused(Exception):
    """Somebody who came back from the provider is not signed in; the text is for the log."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Naming:
    """Which claims say who somebody is; `groups` "": none."""

    username: str
    name: str
    groups: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the provider knows: `subject` names them there for good, whatever they are called."""

    issuer: str
    subject: str
    username: str
    name: str
    groups: tuple[str, ...] = ()


def person_of(issuer: str, claims: Mapping[str, Any], naming: Naming) -> Person:
    """Who these claims are of. Raises Refused where they do not say how that person is called here.

    An address of mail names somebody only once the provider has verified it: elsewhere people type it themselves.
    """
    username = claim(claims, naming.username)
    if not isinstance(username, str) or not username.strip():
        raise Refused("no_username", f"the claim {naming.username!r} is missing")
    if naming.username == "email" and claims.get("email_verified") is not True:
        raise Refused("no_username", "the address of mail is not verified")
    name = claim(claims, naming.name)
    return Person(
        issuer=issuer,
        subject=str(claims["sub"]),
        username=username.strip(),
        name=_visible(name)[:NAME_LENGTH] if isinstance(name, str) else "",
        groups=_texts(claim(claims, naming.groups)) if naming.groups else (),
    )


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name, or what `a.b` is inside of the claim `a`; None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def roles_of(groups: Iterable[str], roles_of_group: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The roles of whoever is in these groups."""
    return tuple(sorted({role for group in groups for role in roles_of_group.get(group, ())}))


def own_page(asked: str) -> str:
    """Where to go on: the page of the panel that was asked for, or the start page for whatever is none.

    A browser takes `//host` and `/\\host` for other sites' addresses, and drops tabs and line breaks inside.
    """
    is_own = (
        asked.startswith("/")
        and not asked.startswith(("//", "/api/"))
        and "\\" not in asked
        and len(asked) <= LONGEST_PAGE
        and all(" " < sign < "\x7f" for sign in asked)
    )
    return asked if is_own else START_PAGE


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one for one in values if isinstance(one, str))


def _visible(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()
