"""The first administrator: made by whoever can read a file on the server, so that no password comes with the server."""

import asyncio
import hmac
import os
from pathlib import Path

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, Account, NewUser, account_of_user, add_user, has_admin
from callcenter.accounts.tokens import readable_token
from callcenter.errors import Conflict, NotAllowed

FILE = "first-run"


class FirstRun:
    """The door that is open while nobody can sign in who may do everything; its word lies in `file`, its owner's alone.

    The word is random enough (79 bits) that tries need no throttle, by which a stranger could keep the owner out.
    """

    def __init__(self, access: Access, data_folder: Path) -> None:
        self.file = data_folder / FILE
        self.access = access
        self._word: str | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether an administrator is still to be made."""
        return self._word is not None

    async def open(self) -> bool:
        """Opens the door with a new word where there is no administrator; whether it did."""
        self._close()
        if await has_admin(self.access):
            return False
        self._word = readable_token()
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self._word + "\n")
        return True

    async def enter(self, word: str, administrator: NewUser) -> Account:
        """Makes the first administrator and closes the door.

        Raises NotAllowed for a wrong word, Conflict where there is an administrator by now, and as `add_user` does.
        """
        async with self._one_at_a_time:
            if self._word is None or await has_admin(self.access):
                self._close()
                raise Conflict("there is an administrator already; sign in")
            if not hmac.compare_digest(word.strip().lower().encode(), self._word.encode()):
                raise NotAllowed(f"this is not the word in the file {FILE} of the server's data folder", field="word")
            user = await add_user(self.access, administrator)
            self._close()
            async with self.access.sessions() as db:
                return await account_of_user(self.access, db, user)

    def _close(self) -> None:
        self._word = None
        self.file.unlink(missing_ok=True)


def first_administrator(username: str, name: str, password: str) -> NewUser:
    """What the first one is to be."""
    return NewUser(username, password, (Role.ADMIN,), name)
