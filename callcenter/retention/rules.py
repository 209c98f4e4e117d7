"""Which rule decides how long a recording is kept, and when its time is over. Pure."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds

DAY_SECONDS: Seconds = 86_400.0
MOST_DAYS = 36_500
LONGEST_TAG = 40
MOST_TAGS = 20
"""Tags of one call."""
LONGEST_REASON = 500
LONGEST_SUBJECT = 128


class Scope(StrEnum):
    """What a rule is about; the first kind of which any rule meets a recording decides."""

    TAG = "tag"
    LIST = "list"
    QUEUE = "queue"
    ALL = "all"


class Rule(Struct, frozen=True):
    """Recordings of `subject` (a tag, the number of a list, a queue; "" for all) are kept for `days`."""

    id: int
    scope: Scope
    subject: str
    days: int


class Kept(Struct, frozen=True):
    """What is known of a recording: when it ended, and of its call. `lists` None: of a list that is gone."""

    ended_at: Instant
    is_held: bool
    tags: frozenset[str]
    lists: frozenset[str] | None
    queues: frozenset[str]


def deciding_rule(rules: Iterable[Rule], kept: Kept) -> Rule | None:
    """The rule of the most specific kind that meets the recording, among several the longest; None: kept for ever.

    A list that was deleted may have been any: then each rule of a list meets its recordings.
    """
    meeting = [rule for rule in rules if _meets(rule, kept)]
    for scope in Scope:
        of_kind = [rule for rule in meeting if rule.scope is scope]
        if of_kind:
            return max(of_kind, key=lambda rule: (rule.days, -rule.id))
    return None


def _meets(rule: Rule, kept: Kept) -> bool:
    match rule.scope:
        case Scope.TAG:
            return rule.subject in kept.tags
        case Scope.LIST:
            return kept.lists is None or rule.subject in kept.lists
        case Scope.QUEUE:
            return rule.subject in kept.queues
        case Scope.ALL:
            return True


def kept_until(rule: Rule, kept: Kept) -> Instant:
    """When the days of a rule are over for a recording that is not held."""
    return kept.ended_at + rule.days * DAY_SECONDS


def rule_due(rules: Iterable[Rule], kept: Kept, now: Instant) -> Rule | None:
    """The rule by which a recording is to be deleted now; None: it stays."""
    rule = deciding_rule(rules, kept)
    return rule if rule is not None and not kept.is_held and kept_until(rule, kept) <= now else None


# --- words of people --------------------------------------------------------------------------------------------


def checked_tag(typed: str) -> str:
    """A tag as it is kept: width, case and spaces do not make two of one. Raises BadInput."""
    tag = " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).split())
    if not 1 <= len(tag) <= LONGEST_TAG or not tag.isprintable() or "/" in tag:
        raise BadInput(f"a tag has 1 to {LONGEST_TAG} visible characters, and no slash", field="tag")
    return tag


def checked_reason(typed: str) -> str:
    """Why somebody holds a call or ends a hold. Raises BadInput for none."""
    reason = typed.strip()
    if not 1 <= len(reason) <= LONGEST_REASON or "\0" in reason:
        raise BadInput(f"say why, in 1 to {LONGEST_REASON} characters", field="reason")
    return reason


def checked_subject(scope: Scope, typed: str) -> str:
    """What a rule of that kind is about, as it is kept. Raises BadInput."""
    subject = typed.strip()
    if scope is Scope.ALL:
        if subject:
            raise BadInput("a rule for all recordings has no subject", field="subject")
        return ""
    if scope is Scope.TAG:
        try:
            return checked_tag(subject)
        except BadInput as error:
            raise BadInput(error.message, field="subject") from error
    if not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise BadInput(f"name the {scope} that the rule is about", field="subject")
    if scope is Scope.LIST and not (subject.isascii() and subject.isdecimal()):
        raise BadInput("name the list by its number", field="subject")
    return subject
