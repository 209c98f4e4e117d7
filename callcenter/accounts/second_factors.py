"""A second proof at sign-in: the code of an authenticator app, or one of the recovery codes on paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts import totp
from callcenter.accounts.rules import owes_second_factor
from callcenter.accounts.service import (
    Access,
    Account,
    check_own_password,
    other_sessions_gone,
    second_factor_of,
)
from callcenter.accounts.tables import RecoveryCode, SecondFactor, User, WebSession
from callcenter.accounts.tokens import digest, readable_token
from callcenter.errors import BadInput, CodeIsNeeded, Conflict, NotAllowed, NotFound, NotSignedIn

RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether one's sign-in asks for a code, whether it has to, how many recovery codes are left, and whether
    a password is asked for to set one up."""

    is_on: bool
    is_obligatory: bool
    recovery_codes_left: int
    asks_password: bool = True


async def standing(access: Access, account: Account) -> Standing:
    """How it is with one's own second factor."""
    codes = select(func.count()).where(RecoveryCode.user_id == account.id, RecoveryCode.used_at.is_(None))
    async with access.sessions() as db:
        if await second_factor_of(db, account.id) is None:
            asks = not _was_proved(account)
            is_owed = _is_obligatory(access, account)
            return Standing(is_on=False, is_obligatory=is_owed, recovery_codes_left=0, asks_password=asks)
        left = await db.scalar(codes) or 0
    return Standing(is_on=True, is_obligatory=_is_obligatory(access, account), recovery_codes_left=left)


async def begin(access: Access, account: Account, password: str, address: str) -> str:
    """A new secret, which counts only once a code made from it has come. Raises BadInput, TooMany, Conflict."""
    if not _was_proved(account):
        await check_own_password(access, account, password, address)
    secret = totp.new_secret()
    async with access.sessions.begin() as db:
        await _check_is_off(db, account)
        await db.execute(delete(SecondFactor).where(SecondFactor.user_id == account.id))
        db.add(SecondFactor(user_id=account.id, secret=secret, is_on=False, last_step=0))
    return secret


async def confirm(access: Access, account: Account, code: str) -> Sequence[str]:
    """From now on sign-in asks for a code; the recovery codes, which are told only here.

    One's other sessions end: they were opened by the password alone, and have to be opened again with the code.
    Raises BadInput for a wrong code, Conflict where nothing was begun or it is on already.
    """
    async with access.sessions.begin() as db:
        await _check_is_off(db, account)
        factor = await db.get(SecondFactor, account.id)
        if factor is None:
            raise Conflict("begin with a new secret first")
        step = totp.step_of(factor.secret, code.strip(), access.clock())
        if step is None:
            raise BadInput("this is not the code that the app shows now", field="code")
        factor.is_on, factor.last_step = True, step
        await db.execute(other_sessions_gone(account))
        await db.execute(update(WebSession).where(WebSession.user_id == account.id).values(owes_code=False))
        codes = await _new_recovery_codes(db, account)
    access.revocations.tell()
    return codes


async def renew_recovery_codes(access: Access, account: Account, password: str, address: str) -> Sequence[str]:
    """New recovery codes; the old ones are void. Raises BadInput, TooMany, Conflict where there is no second factor."""
    await check_own_password(access, account, password, address)
    async with access.sessions.begin() as db:
        if await second_factor_of(db, account.id) is None:
            raise Conflict("your sign-in asks for no code")
        return await _new_recovery_codes(db, account)


async def switch_off(access: Access, account: Account, password: str, address: str) -> None:
    """Sign-in asks for the password alone again.

    Raises NotAllowed where a role of theirs asks for the code, BadInput for a wrong password, TooMany.
    """
    if _is_obligatory(access, account):
        raise NotAllowed("your role asks for a code at sign-in; an administrator can take a lost one away")
    await check_own_password(access, account, password, address)
    await forget(access, account.id)


async def forget(access: Access, user_id: int) -> None:
    """Takes somebody's second factor away: their phone is lost, and their paper too. Raises NotFound."""
    async with access.sessions.begin() as db:
        if await db.get(User, user_id) is None:
            raise NotFound(f"there is no user {user_id}")
        await db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        await db.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    access.revocations.tell()


async def check_code(access: Access, account: Account, code: str) -> None:
    """The second proof of somebody whose password was right.

    Raises CodeIsNeeded where a code is needed and none came, NotSignedIn for a wrong one or one that was used already.
    """
    async with access.sessions() as db:
        factor = await second_factor_of(db, account.id)
    if factor is None:
        return
    if not code.strip():
        raise CodeIsNeeded("type the code that your authenticator app shows", field="code")
    if not (await _use_step(access, factor, code.strip()) or await _use_recovery_code(access, account, code)):
        raise NotSignedIn("this code is wrong, or was used already", field="code")


async def _use_step(access: Access, factor: SecondFactor, code: str) -> bool:
    # Each code counts once (RFC 6238, section 5.2), also where two requests bring it at the same moment: of two updates
    # only one finds the older step.
    step = totp.step_of(factor.secret, code, access.clock())
    if step is None:
        return False
    used = (
        update(SecondFactor)
        .where(SecondFactor.user_id == factor.user_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.user_id)
    )
    async with access.sessions.begin() as db:
        return (await db.execute(used)).first() is not None


async def _use_recovery_code(access: Access, account: Account, code: str) -> bool:
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == account.id,
            RecoveryCode.code_sha256 == _kept(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=access.clock())
        .returning(RecoveryCode.id)
    )
    async with access.sessions.begin() as db:
        return (await db.execute(used)).first() is not None


def _was_proved(account: Account) -> bool:
    """Whether the provider has just proved who it is, who may have no password here: nothing else is open yet."""
    return account.by_provider and account.must_set_up_second_factor


def _is_obligatory(access: Access, account: Account) -> bool:
    return owes_second_factor(account.roles, access.second_factor_for)


def _kept(code: str) -> str:
    return digest("".join(code.lower().replace("-", " ").split()))


async def _new_recovery_codes(db: AsyncSession, account: Account) -> Sequence[str]:
    codes = [readable_token() for _ in range(RECOVERY_CODES)]
    await db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == account.id))
    await db.execute(insert(RecoveryCode), [{"user_id": account.id, "code_sha256": _kept(code)} for code in codes])
    return codes


async def _check_is_off(db: AsyncSession, account: Account) -> None:
    if await second_factor_of(db, account.id) is not None:
        raise Conflict("your sign-in asks for a code already; switch that off first")
