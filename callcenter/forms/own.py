"""Which callbacks are an agent's own: an account of a limited scope works on no others."""

from callcenter.accounts.rules import check_acts_for
from callcenter.accounts.service import Account
from callcenter.dialer.offers import open_offer
from callcenter.dialer.tables import Attempt
from callcenter.floor.call import Attempt as Dial
from callcenter.floor.floor import Floor
from callcenter.floor.terms import AttemptId, Instant, PbxName
from callcenter.forms.service import Sheet
from callcenter.store.engine import Sessions


def dial_of(floor: Floor, attempt: Attempt) -> Dial | None:
    """A call as it goes on now; None once it is over."""
    site = floor.sites.get(PbxName(attempt.pbx))
    return site.attempts.get(AttemptId(attempt.attempt_id)) if site else None


def check_is_for(account: Account, agent: str) -> None:
    """Raises NotAllowed for the callbacks of another agent, unless the account works for others (`check_acts_for`)."""
    check_acts_for(account.permissions, account.agent_number, agent, sees_all=account.scope.is_everything)


def check_own_call(floor: Floor, account: Account, attempt: Attempt) -> None:
    """Raises NotFound for the call of another agent, where the account sees a part of the centre."""
    is_own = account.agent_number is not None and _is_talked_by(floor, account.agent_number, attempt)
    account.scope.check(account.scope.is_everything or is_own, f"call {attempt.id} to fill in a form for")


async def check_own_target(sessions: Sessions, floor: Floor, account: Account, sheet: Sheet, now: Instant) -> None:
    """Raises NotFound for what is before another agent, where the account sees a part of the centre."""
    if account.scope.is_everything:
        return
    account.scope.check(
        account.agent_number is not None and await _is_before(sessions, floor, account.agent_number, sheet, now),
        f"target {sheet.target.id} to fill in a form for",
    )


async def _is_before(sessions: Sessions, floor: Floor, agent: str, sheet: Sheet, now: Instant) -> bool:
    if sheet.attempt is not None:
        return _is_talked_by(floor, agent, sheet.attempt)
    offer = await open_offer(sessions, agent, now)
    return offer is not None and offer.target_id == sheet.target.id


def _is_talked_by(floor: Floor, agent: str, attempt: Attempt) -> bool:
    dial = dial_of(floor, attempt)
    return agent in (attempt.agent_number, dial.agent_number if dial else None)
