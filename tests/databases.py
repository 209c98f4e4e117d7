"""Databases for tests: a PostgreSQL server of the test run's own, and files of SQLite."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from itertools import count
from pathlib import Path
from typing import IO

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from callcenter.store.engine import migrate

PR_SET_PDEATHSIG = 1

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: a database of a thousand files is made there in a tenth of the time."""

DROPPED_TOGETHER = 50
"""A database has some 640 files: those of thousands of tests would fill a disk."""


def postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`: of the newest installed version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise RuntimeError("PostgreSQL is not installed; run scripts/system_packages.sh")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: the name of the user to run it as, None when we are nobody special."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _discard(stream: IO[bytes]) -> None:
    with stream:
        stream.read()


def new_folder(name: str) -> Path:
    """An empty folder for a test run's databases, in memory where that can be; who asked for it removes it.

    Those of runs that were killed are removed here: gigabytes of memory otherwise.
    """
    root = Path(MEMORY if os.access(MEMORY, os.W_OK) else tempfile.gettempdir())
    for left in root.glob("callcenter-*-of-*-*"):
        if not _lives(int(left.name.split("-")[3])):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"callcenter-{name}-of-{os.getpid()}-", dir=root))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


class PostgresServer:
    """A PostgreSQL server in a folder of its own, reached by a Unix socket only, gone with the tests."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="callcenter-pg-"))
        self._user = _unprivileged()
        self._numbers = count(1)
        self._template = ""
        self._unused: list[str] = []
        if self._user:
            shutil.chown(self.folder, self._user)
        programs = postgres_programs()
        self._initialise(programs / "initdb")
        self._process = self._start(programs / "postgres")

    def url(self, database: str) -> str:
        """The async address of a database."""
        return URL.create(
            "postgresql+asyncpg", username="callcenter", database=database, query={"host": str(self.folder)}
        ).render_as_string(hide_password=False)

    async def run(self, statement: str, database: str = "postgres") -> None:
        """Carries out one administrative statement."""
        connection = await asyncpg.connect(host=str(self.folder), user="callcenter", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def new_database(self, *, migrated: bool = True) -> str:
        """The name of a fresh database; the migrated schema is made once and copied."""
        name = f"test_{next(self._numbers)}"
        if migrated and not self._template:
            template = await self.new_database(migrated=False)
            engine = create_async_engine(self.url(template))
            await migrate(engine)
            await engine.dispose()
            self._template = template
        source = f"TEMPLATE {self._template} STRATEGY FILE_COPY" if migrated else ""
        await self.run(f"CREATE DATABASE {name} {source}")
        return name

    async def give_back(self, database: str) -> None:
        """Drops a database that nobody uses any more, together with some others: one by one takes ten times as long."""
        self._unused.append(database)
        if len(self._unused) >= DROPPED_TOGETHER:
            unused, self._unused = self._unused, []
            for name in unused:
                await self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stops the server at once and removes its folder."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        self._drain.join(timeout=30)
        shutil.rmtree(self.folder)

    def _initialise(self, initdb: Path) -> None:
        options = ["-U", "callcenter", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            [str(initdb), "-D", str(self.folder / "db"), *options],
            user=self._user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _start(self, postgres: Path) -> subprocess.Popen[bytes]:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "autovacuum=off",
            "shared_buffers=32MB",
        ]
        process = subprocess.Popen(
            [str(postgres), "-D", str(self.folder / "db"), *(part for setting in settings for part in ("-c", setting))],
            user=self._user,
            cwd=self.folder,
            stderr=subprocess.PIPE,
            preexec_fn=_die_with_parent,
        )
        assert process.stderr is not None
        said = b""
        for line in process.stderr:
            said += line
            if b"ready to accept connections" in line:
                break
        else:
            raise RuntimeError(f"postgres did not start: {said.decode(errors='replace')}")
        self._drain = threading.Thread(target=_discard, args=(process.stderr,), daemon=True)
        self._drain.start()
        return process


class SqliteFiles:
    """Fresh SQLite databases; the migrated schema is made once and copied."""

    def __init__(self) -> None:
        self._folder = new_folder("sqlite")
        self._numbers = count(1)
        self._template: Path | None = None

    async def new_database(self, *, migrated: bool = True) -> str:
        """The async address of a fresh database."""
        path = self._folder / f"test_{next(self._numbers)}.db"
        if migrated:
            if self._template is None:
                self._template = self._folder / "template.db"
                engine = create_async_engine(f"sqlite+aiosqlite:///{self._template}")
                await migrate(engine)
                await engine.dispose()
            shutil.copyfile(self._template, path)
        return f"sqlite+aiosqlite:///{path}"

    def give_back(self, url: str) -> None:
        """Removes a database that nobody uses any more."""
        path = url.partition("///")[2]
        for ending in ("", "-wal", "-shm"):
            Path(path + ending).unlink(missing_ok=True)

    def remove(self) -> None:
        """Removes all of them."""
        shutil.rmtree(self._folder)
