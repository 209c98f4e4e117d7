"""A mail server for delivered reports, and accounts that keep them."""

from typing import Any

from callcenter.accounts.rules import Role, permissions_of
from callcenter.accounts.service import Account
from callcenter.reports.saved import Parameters, Schedule
from tests.delivery.conftest import certificate, clock, letters

__all__ = ["certificate", "clock", "letters"]


def an_account(username: str, *roles: Role) -> Account:
    return Account(1, username, username, roles, permissions_of(roles), "en")


WANG = an_account("wang", Role.SUPERVISOR)
ZHAO = an_account("zhao", Role.SUPERVISOR)
QIAN = an_account("qian", Role.QA)


def daily(**given: Any) -> Schedule:
    return Schedule(**{"every": "day", "time": "07:00", "recipients": ("lead@example.org",), **given})


def fields(**given: Any) -> dict[str, Any]:
    return {
        "name": "Queues, yesterday",
        "language": "en",
        "parameters": {"subject": "queues", "span": "yesterday"},
        **given,
    }


YESTERDAY = Parameters(subject="queues", span="yesterday")
