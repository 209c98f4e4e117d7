"""Every error that a caller of the server can be told about, with its HTTP status and its code."""

from typing import ClassVar


class CallCenterError(Exception):
    """An expected failure: its text says what happened and what to do about it.

    `status` is the HTTP status of it, `code` a stable word for programs, `field` the input at fault.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class BadInput(CallCenterError):
    """A value that cannot be accepted; nothing was changed."""

    status = 422
    code = "bad_input"


class NotSignedIn(CallCenterError):
    """No valid session came with the request."""

    status = 401
    code = "not_signed_in"


class CodeIsNeeded(NotSignedIn):
    """The password was right; the account asks for a second proof, too."""

    code = "code_is_needed"


class NotAllowed(CallCenterError):
    """The account's roles do not permit this."""

    status = 403
    code = "not_allowed"


class PasswordIsTemporary(NotAllowed):
    """Who signed in with a temporary password may do nothing but change it."""

    code = "password_is_temporary"


class SecondFactorIsMissing(NotAllowed):
    """Whose role asks for a second factor may do nothing but set one up."""

    code = "second_factor_is_missing"


class CodeIsOwed(NotAllowed):
    """Who came from the provider may do nothing but type the code that the account asks for, too."""

    code = "code_is_owed"


class NotFound(CallCenterError):
    """The thing asked for does not exist, or is outside what the account may see."""

    status = 404
    code = "not_found"


class NotWaiting(NotFound):
    """Somebody who was to be moved or hung up in a queue does not wait there (any more)."""

    code = "not_waiting"


class Conflict(CallCenterError):
    """The present state does not permit this."""

    status = 409
    code = "conflict"


class QueueIsFull(Conflict):
    """As many wait in the queue as may."""

    code = "queue_is_full"


class QueueIsEmpty(Conflict):
    """No agent is in the queue whose phone can be reached: it would let nobody in."""

    code = "queue_is_empty"


class AgentIsNotFree(Conflict):
    """The agent cannot take a caller now."""

    code = "agent_not_free"


class PhoneIsTaken(Conflict):
    """Somebody else sits at the desk phone."""

    code = "phone_taken"


class PhoneIsAway(Conflict):
    """The desk phone is not registered."""

    code = "phone_away"


class TooMany(CallCenterError):
    """Too many tries in too short a time; the next one is heard after `retry_after_seconds`."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NoRoom(CallCenterError):
    """The server's disk is full; nothing was lost, and it may be asked again later."""

    status = 507
    code = "no_room"


class StoreAway(CallCenterError):
    """What keeps the copies of recordings cannot be used now; nothing was lost, and it may be asked again later."""

    status = 503
    code = "store_away"


class KeyIsMissing(CallCenterError):
    """What is asked for is encrypted, and the server was not given the key of it."""

    status = 503
    code = "key_missing"


class Damaged(CallCenterError):
    """What was kept is not as it was: bytes were lost or changed. Nothing of it is given."""

    code = "damaged"


class SetupFailed(CallCenterError):
    """The surroundings (network, disk, program, configuration) do not let the server do its work."""

    code = "setup_failed"


class PhoneRefused(CallCenterError):
    """Asterisk answered a command with an error; nothing happened."""

    status = 409
    code = "phone_refused"


class PhoneUnreachable(CallCenterError):
    """The link to Asterisk is down; the command was not sent and is not kept."""

    status = 503
    code = "phone_unreachable"


class OutcomeUnknown(CallCenterError):
    """The command was sent and no answer came: it may or may not have been carried out. Never repeat it."""

    status = 504
    code = "outcome_unknown"
