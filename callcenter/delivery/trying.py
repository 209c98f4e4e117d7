"""What came of one try to send something."""

from msgspec import Struct


class Answer(Struct, frozen=True):
    """The receiver's status (None: it gave none) and words; `is_final`: trying again would be in vain."""

    status: int | None
    said: str
    has_arrived: bool = False
    is_final: bool = False
