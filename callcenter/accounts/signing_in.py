"""Signing in: a password and, where the account asks for it, a code open a session."""

import logging
from dataclasses import replace

from callcenter.accounts.second_factors import check_code
from callcenter.accounts.service import (
    Access,
    Account,
    charge_try,
    check_password,
    code_was_typed,
    open_session,
    session_id_of,
)
from callcenter.accounts.tokens import digest
from callcenter.errors import BadInput, CodeIsNeeded, NotAllowed, NotSignedIn

log = logging.getLogger(__name__)


async def sign_in(
    access: Access, username: str, password: str, address: str, *, code: str = "", browser: str = ""
) -> tuple[str, Account]:
    """The token of a new session and whose it is.

    Raises TooMany while the throttle is locked for the account or the address, CodeIsNeeded where the account has a
    second factor and no code came, NotAllowed where no password is taken, and NotSignedIn for wrong credentials; an
    unknown username, a wrong password and a disabled account cannot be told apart, nor by the time it takes.
    """
    if not access.takes_passwords:
        raise NotAllowed("this centre takes no passwords: sign in at the provider")
    charge_try(access, username, address)
    try:
        account = await check_password(access, username, password)
        if account is None:
            raise NotSignedIn("the username or the password is wrong")
        await check_code(access, account, code)
    except CodeIsNeeded:
        # The account keeps its count: who knows the password could else guess a code after each reset of it.
        access.throttle.refund_address(address)
        raise
    except NotSignedIn:
        log.warning("sign-in failed", extra={"pii.username": username, "pii.address": address})
        raise
    access.throttle.refund(username, address)
    token = await open_session(access, account, address, browser)
    log.info("signed in: user %d", account.id)
    return token, replace(account, session_id=session_id_of(digest(token)))


async def type_owed_code(access: Access, account: Account, code: str, address: str) -> None:
    """The second proof of somebody whom the provider sent: the session that was used opens everything from now on.

    Who owes none is not asked.

    Raises BadInput at `code` for none, a wrong one or one that was used already, TooMany while the throttle is locked.
    """
    if not account.must_type_code:
        return
    charge_try(access, account.username, address)
    try:
        await check_code(access, account, code)
    except NotSignedIn as error:
        log.warning("code refused after the provider", extra={"pii.username": account.username, "pii.address": address})
        raise BadInput(error.message, field="code") from error
    access.throttle.refund(account.username, address)
    await code_was_typed(access, account)
