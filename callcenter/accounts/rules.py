"""Who may do what, which passwords are accepted, and how fast sign-in may be tried: decisions without side effects."""

import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from zxcvbn import zxcvbn

from callcenter.errors import BadInput, NotAllowed
from callcenter.floor.terms import Instant, Seconds

Permission = Literal[
    "see_floor",
    "work_seat",
    "control_seats",
    "transfer_outside",
    "listen_in",
    "see_calls",
    "hear_recordings",
    "see_reports",
    "send_reports",
    "see_lists",
    "run_lists",
    "stop_dialling",
    "work_callbacks",
    "see_alerts",
    "manage_alerts",
    "manage_wallboards",
    "review_calls",
    "manage_review_forms",
    "manage_sampling",
    "see_own_reviews",
    "decide_appeals",
    "hear_clips",
    "manage_clips",
    "manage_users",
    "manage_webhooks",
    "see_audit",
    "see_accesses",
    "tag_calls",
    "manage_retention",
    "erase_customers",
    "ship_recordings",
    "export_recordings",
    "see_customers",
    "edit_customers",
    "manage_customers",
    "work_tickets",
    "manage_tickets",
    "manage_wrap_ups",
    "see_numbers",
    "see_shifts",
    "plan_shifts",
]
Language = Literal["", "en", "zh"]


class Role(StrEnum):
    """What somebody is in the centre, as shipped; one account may have several, and roles made by administrators."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    QA = "qa"
    ADMIN = "admin"


PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.AGENT: frozenset(
        {
            "see_floor",
            "work_seat",
            "transfer_outside",
            "work_callbacks",
            "see_own_reviews",
            "hear_clips",
            "see_customers",
            "edit_customers",
            "work_tickets",
            "see_numbers",
        }
    ),
    Role.TEAM_LEADER: frozenset(
        {
            "see_floor",
            "control_seats",
            "listen_in",
            "see_calls",
            "hear_recordings",
            "see_reports",
            "see_lists",
            "work_callbacks",
            "see_alerts",
            "decide_appeals",
            "hear_clips",
            "tag_calls",
            "see_customers",
            "edit_customers",
            "work_tickets",
            "manage_tickets",
            "see_numbers",
            "see_shifts",
            "plan_shifts",
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            "see_floor",
            "control_seats",
            "transfer_outside",
            "listen_in",
            "see_calls",
            "hear_recordings",
            "see_reports",
            "send_reports",
            "see_lists",
            "run_lists",
            "stop_dialling",
            "work_callbacks",
            "see_alerts",
            "manage_alerts",
            "manage_wallboards",
            "decide_appeals",
            "hear_clips",
            "manage_clips",
            "tag_calls",
            "see_customers",
            "edit_customers",
            "manage_customers",
            "work_tickets",
            "manage_tickets",
            "manage_wrap_ups",
            "see_numbers",
            "see_shifts",
            "plan_shifts",
        }
    ),
    Role.QA: frozenset(
        {
            "see_calls",
            "hear_recordings",
            "see_accesses",
            "see_reports",
            "review_calls",
            "manage_review_forms",
            "manage_sampling",
            "hear_clips",
            "manage_clips",
            "tag_calls",
            "export_recordings",
            "see_customers",
            "see_numbers",
        }
    ),
    Role.ADMIN: frozenset(get_args(Permission)),
}
"""What the shipped roles permit. A team leader does on the floor what a supervisor does, and sets nothing up."""

SEES_NUMBERS: frozenset[Permission] = frozenset({"see_numbers"})
"""Who lacks it is told customers' numbers masked (callcenter/masks.py)."""

OF_THE_CENTRE: frozenset[Permission] = frozenset(
    {
        "erase_customers",
        "manage_alerts",
        "manage_clips",
        "manage_customers",
        "manage_review_forms",
        "manage_sampling",
        "manage_users",
        "manage_webhooks",
        "see_audit",
        "ship_recordings",
        "stop_dialling",
    }
)
"""What opens nothing to an account that sees a part of the centre: every route that asks for it is about all of it."""

READ_REVIEWS: frozenset[Permission] = frozenset({"review_calls", "decide_appeals"})
"""Either of them lets somebody read what others were reviewed for."""

SESSION_SECONDS: Seconds = 12 * 3600
"""A session ends this long after it was last used: one shift, so that nobody is signed out during it."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
"""A bound on what an unknown caller can make the server hash."""
FEWEST_GUESSES = 10**6
"""What the throttle leaves of a million guesses takes years (score 2 of zxcvbn)."""
JUDGED_LENGTH = 64
"""Of a password, that is judged: what that takes grows with the square of it."""

LONGEST_CODE = 64
"""Of a second factor, as it may be typed: a recovery code with its spaces."""

TEMPORARY_PASSWORD_SECONDS: Seconds = 3 * 86_400
"""A password that somebody else has seen is good for so long: over a weekend."""

USERNAME_LENGTH = 64
ROLE_LENGTH = 64
NAME_LENGTH = 200
LONGEST_AGENT_NUMBER = 64


def permissions_of(
    roles: Iterable[str],
    permitted: Mapping[str, frozenset[Permission]] = PERMISSIONS,
    masked_for: Container[str] = (),
) -> frozenset[Permission]:
    """What these roles permit together, by what each permits; one that is none (any more) permits nothing.

    Those of `masked_for` let nobody see numbers, that of administrators always.
    """
    return frozenset[Permission]().union(
        *(permitted.get(role, frozenset()) - _withheld(role, masked_for) for role in roles)
    )


def _withheld(role: str, masked_for: Container[str]) -> frozenset[Permission]:
    return SEES_NUMBERS if role in masked_for and role != Role.ADMIN else frozenset()


def owes_second_factor(roles: Iterable[str], second_factor_for: Iterable[str]) -> bool:
    """Whether one of these roles is one of those whose users must sign in with a second factor."""
    return not frozenset(roles).isdisjoint(second_factor_for)


def username_key(username: str) -> str:
    """What two spellings of one username have in common: width and case are ignored (`Ａda` is `ada`)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def check_username(username: str) -> None:
    """Raises BadInput unless this can be a username: visible characters without spaces, since people type it."""
    if not 1 <= len(username) <= USERNAME_LENGTH:
        raise BadInput(f"a username has 1 to {USERNAME_LENGTH} characters", field="username")
    if any(character.isspace() or not character.isprintable() for character in username):
        raise BadInput("a username has no spaces and no invisible characters", field="username")


def check_new_password(username: str, password: str) -> None:
    """Raises BadInput unless this may become the password of that account: long enough, and not soon guessed.

    How many guesses it takes zxcvbn estimates from common passwords, words, names, rows of keys, dates and repeats
    (D. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016).
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", field="password")
    if username_key(password) == username_key(username):
        raise BadInput("the password must not be the username", field="password")
    told = zxcvbn(password[:JUDGED_LENGTH], user_inputs=[username, "callcenter"])
    if told["guesses"] < FEWEST_GUESSES:
        why = told["feedback"]["warning"]
        raise BadInput(f"this password is soon guessed; take some words more. {why}".rstrip(), field="password")


def check_changed_password(old: str, password: str) -> None:
    """Raises BadInput where the new password is the old one: a temporary one would have been seen by somebody else."""
    if password == old:
        raise BadInput("the new password must differ from the old one", field="password")


def check_roles(roles: Iterable[str]) -> None:
    """Raises BadInput for a user without any role."""
    if not list(roles):
        raise BadInput("a user needs at least one role", field="roles")


def check_own_role(name: str, permissions: Iterable[Permission], held: frozenset[Permission]) -> None:
    """Raises BadInput unless somebody who holds these permissions may make a role of that name and permissions."""
    if not 1 <= len(name) <= ROLE_LENGTH or not name.isprintable() or name != name.strip():
        raise BadInput(f"a role's name has 1 to {ROLE_LENGTH} visible characters", field="name")
    if username_key(name) in PERMISSIONS:
        raise BadInput(f"{name!r} is a role that comes with the server", field="name")
    wanted = frozenset(permissions)
    if not wanted:
        raise BadInput("a role needs at least one permission", field="permissions")
    check_gives(held, wanted, "permissions")


def check_gives(held: frozenset[Permission], given: frozenset[Permission], field: str) -> None:
    """Raises BadInput at `field` where somebody gives a permission that they do not hold."""
    if not given <= held:
        raise BadInput(f"you have no permission {min(given - held)} to give", field=field)


def check_manages(held: frozenset[Permission], theirs: frozenset[Permission]) -> None:
    """Raises NotAllowed where somebody who may do more than oneself would be changed: that is how one became them."""
    if not theirs <= held:
        raise NotAllowed(f"this user has the permission {min(theirs - held)}, which you have not")


def check_agent_number(agent_number: str | None) -> None:
    """Raises BadInput unless this can be an agent's number, as phones dial it; None: nobody's."""
    if agent_number is not None and not (
        1 <= len(agent_number) <= LONGEST_AGENT_NUMBER and agent_number.isascii() and agent_number.isdigit()
    ):
        raise BadInput(f"an agent's number has 1 to {LONGEST_AGENT_NUMBER} digits", field="agent_number")


def own_agent(agent_number: str | None) -> str:
    """The agent who somebody is. Raises NotAllowed for who is none."""
    if agent_number is None:
        raise NotAllowed("you are no agent; whoever manages the users gives you your agent's number")
    return agent_number


def check_acts_for(permissions: Iterable[Permission], agent_number: str | None, agent: str, *, sees_all: bool) -> None:
    """Raises NotAllowed where somebody who is one agent asks for the callbacks of another, and may not see the lists.

    Who is no agent says for whom they work: a desk may be shared. Who does not see everything has their own alone.
    """
    if not sees_all and agent_number != agent:
        raise NotAllowed("your account sees a part of the centre, and of the callbacks your own")
    if agent_number not in (None, agent) and "see_lists" not in permissions:
        raise NotAllowed(f"you are agent {agent_number}; the callbacks of others need the permission see_lists")


def lasts_as_admin(roles: Iterable[str], *, is_disabled: bool, has_temporary_password: bool, sees_all: bool) -> bool:
    """Whether somebody can sign in for good and do everything. A temporary password may run out unused."""
    return Role.ADMIN in roles and not is_disabled and not has_temporary_password and sees_all


def check_new_key(
    permissions: Iterable[Permission], held: frozenset[Permission], expires_at: Instant | None, now: Instant
) -> None:
    """Raises BadInput unless somebody who holds these permissions may give the named ones to a key until then."""
    wanted = frozenset(permissions)
    if not wanted:
        raise BadInput("a key needs at least one permission", field="permissions")
    check_gives(held, wanted, "permissions")
    if expires_at is not None and expires_at <= now:
        raise BadInput("a key expires in the future, or never", field="expires_at")


# --- the throttle of sign-in ------------------------------------------------------------------------------------

Subject = tuple[Literal["account", "address"], str]
"""Whom failures are counted against: the account that was tried, and the address that tried it."""

FREE_FAILURES: Mapping[str, int] = {"account": 5, "address": 50}
"""Failures before the first lock-out. A whole floor may sit behind one address, so that one is generous."""

FIRST_LOCK_SECONDS: Seconds = 30
LONGEST_LOCK_SECONDS: Seconds = 15 * 60
FORGET_SECONDS: Seconds = 3600
MOST_SUBJECTS = 10_000
"""What is remembered is bounded, whatever names and addresses are invented."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed tries counted against one subject, and when the last one was."""

    count: int = 0
    last_at: Instant = 0.0

    def locked_until(self, free: int) -> Instant:
        """When the next try is heard: 30 s after the last free failure, doubled by each one more, at most 15 min."""
        if self.count < free:
            return 0.0
        doublings = min(self.count - free, 16)
        return self.last_at + min(FIRST_LOCK_SECONDS * (1 << doublings), LONGEST_LOCK_SECONDS)


class Throttle:
    """Counts failed sign-ins. A try is charged before it is judged and refunded when it succeeds.

    Otherwise a hundred tries sent at once would all be judged before the first of them counts.
    """

    def __init__(self) -> None:
        self._failures: dict[Subject, Failures] = {}

    def charge(self, username: str, address: str, now: Instant) -> Seconds:
        """Counts a try, or returns how many seconds to wait (> 0) and counts nothing."""
        subjects = _subjects(username, address)
        wait_seconds = max(
            self._failures_of(subject, now).locked_until(FREE_FAILURES[subject[0]]) - now for subject in subjects
        )
        if wait_seconds > 0:
            return wait_seconds
        for subject in subjects:
            self._keep(subject, Failures(self._failures_of(subject, now).count + 1, now))
        return 0.0

    def refund(self, username: str, address: str) -> None:
        """The try succeeded: the account starts afresh, the address gets this one try back.

        An address does not start afresh, or an attacker with one valid account could do so after every few guesses.
        """
        self._failures.pop(("account", username_key(username)), None)
        self.refund_address(address)

    def refund_address(self, address: str) -> None:
        """The try was right as far as it went, and another one follows: only the account keeps it."""
        place: Subject = ("address", address)
        failures = self._failures.get(place)
        if failures is not None:
            self._failures[place] = Failures(failures.count - 1, failures.last_at)

    def _failures_of(self, subject: Subject, now: Instant) -> Failures:
        failures = self._failures.get(subject)
        return failures if failures and now - failures.last_at < FORGET_SECONDS else Failures()

    def _keep(self, subject: Subject, failures: Failures) -> None:
        self._failures.pop(subject, None)
        self._failures[subject] = failures
        while len(self._failures) > MOST_SUBJECTS:
            del self._failures[next(iter(self._failures))]


def _subjects(username: str, address: str) -> tuple[Subject, Subject]:
    return ("account", username_key(username)), ("address", address)
