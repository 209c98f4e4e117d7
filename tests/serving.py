"""`callcenter serve` as a process of its own, with a callcenter.toml: what it says, where it is, how it ends."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import IO, Any

from pydantic import SecretStr

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.settings import HttpSettings, Settings
from callcenter.store.engine import make_engine, make_sessions, migrate

COMMAND = [sys.executable, "-m", "callcenter.cli"]
SERVE = [*COMMAND, "serve"]
FREE_PORT = {"CALLCENTER_HTTP__PORT": "0"}
PASSWORD = "correct horse battery"
START_SECONDS = 120
"""A start is a second; beside much else it was seen to take half a minute."""
PANEL = {"X-Requested-With": "callcenter"}
"""What every request that changes something carries."""


class Serving:
    """A `callcenter serve` under way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: list[str] = []
        self._is_over = False
        self._news = Condition()
        assert process.stderr is not None
        self._reader = Thread(target=self._read, args=(process.stderr,), daemon=True)
        self._reader.start()
        self.url = self.await_said(r"the panel is at (http://\S+)", START_SECONDS)[1]

    @property
    def said(self) -> str:
        """Everything on its console so far."""
        return "".join(self._lines)

    def await_said(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """The first match of the pattern on its console; fails, showing what it said, when none comes in time."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not (found := re.search(pattern, self.said)):
                left = deadline - time.monotonic()
                assert left > 0, f"it did not say {pattern!r}: {self.said}"
                assert not self._is_over, f"it ended: {self.said}"
                self._news.wait(left)
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Sends the signal; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=20)
        self._reader.join(timeout=5)
        return status

    def await_silence(self, seconds: float = 20) -> None:
        """Waits until its console is closed: its own processes, which write there too, end a moment after it."""
        self._reader.join(timeout=seconds)
        assert not self._reader.is_alive(), "a process of the server outlived it"

    def _read(self, stderr: IO[str]) -> None:
        for line in stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[Serving]:
    """Serves what `folder/callcenter.toml` says, at this port or a free one; killed at the end of the block."""
    env = os.environ | {"CALLCENTER_HTTP__PORT": str(port)}
    with subprocess.Popen(SERVE, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as process:
        server = None
        try:
            server = Serving(process)
            yield server
        finally:
            process.kill()
            if server is not None:
                server.await_silence()


def write_settings(folder: Path, settings: Settings) -> None:
    """Writes callcenter.toml; the data go to the same folder."""
    own = settings.model_copy(update={"data_folder": folder / "var", "http": HttpSettings(port=0)})
    given = own.model_dump(exclude_defaults=True, exclude_none=True)
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in given.items())
    (folder / "callcenter.toml").write_text(text, encoding="utf-8")


def add_users(folder: Path, *users: Role | NewUser) -> None:
    """These users, of each role one that is called by it, with PASSWORD, in the data of that folder."""

    async def add() -> None:
        (folder / "var").mkdir(exist_ok=True)
        engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
        await migrate(engine)
        access = Access(make_sessions(engine))
        for user in users:
            if isinstance(user, Role):
                user = NewUser(user, PASSWORD, (user,), name=user.title())
            await add_user(access, user)
        await engine.dispose()

    asyncio.run(add())


@contextmanager
def serving_with(
    folder: Path,
    settings: Settings,
    *users: Role | NewUser,
    filled: Callable[[Path], Coroutine[Any, Any, None]] | None = None,
    port: int = 0,
) -> Iterator[Serving]:
    """A server with these settings and users, whose data are `filled` before it starts; it must not fail anywhere."""
    write_settings(folder, settings)
    add_users(folder, *users)
    if filled is not None:
        asyncio.run(filled(folder))
    with serving(folder, port) as server:
        yield server
        assert "Traceback" not in server.said


def _toml(value: object) -> str:
    match value:
        case bool() | int() | float():
            return json.dumps(value)
        case SecretStr():
            return _toml(value.get_secret_value())
        case Mapping():
            return "{" + ", ".join(f"{_toml(key)} = {_toml(entry)}" for key, entry in value.items()) + "}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(str(value), ensure_ascii=False)
