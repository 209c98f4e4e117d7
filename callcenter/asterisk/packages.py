"""Fetches Asterisk without root: the distribution's own signed packages, unpacked into one folder of a cache.

Debian has no Asterisk in its stable releases, so its `sid` suite is taken (22 LTS at the time of writing), from the
mirror that the machine's own apt configuration names. Ubuntu carries Asterisk 18 or newer in `universe`, so its own
suites are taken there: no second distribution's keys are needed. apt checks every signature and hash, in folders of
its own.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from callcenter.asterisk.installation import OLDEST, Installation, installed, unpacked
from callcenter.errors import SetupFailed

PACKAGES = ("asterisk", "asterisk-core-sounds-en")
NEEDED_BYTES = 700_000_000
"""Package lists 100 MB, packages 80 MB, the tree 270 MB, measured on sid; with room for growth."""

_KEYRINGS = Path("/usr/share/keyrings")
_TARGET = "$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)"


class Source(NamedTuple):
    """One archive that apt knows: who publishes it, where it is, and one suite of it."""

    origin: str
    label: str
    address: str
    suite: str


@dataclass(frozen=True, slots=True)
class Cache:
    """The folder that keeps the fetched Asterisk between runs."""

    folder: Path

    @property
    def tree(self) -> Path:
        """The unpacked Asterisk. It appears by one rename, so that it is whole whenever it is there."""
        return self.folder / "asterisk"


def user_cache() -> Cache:
    """`$XDG_CACHE_HOME/callcenter`, by default `~/.cache/callcenter`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Cache(Path(base) / "callcenter")


def find(cache: Cache | None = None, console: Console | None = None) -> Installation:
    """The Asterisk to run: the one on PATH if it will do, else the fetched one, which is fetched when it is not there.

    Raises SetupFailed, saying what is in the way: no apt, no network, a full disk.
    """
    return installed() or fetch(cache or user_cache(), console or Console(stderr=True))


def present(cache: Cache) -> Installation | None:
    """What `find` would give without fetching anything."""
    return installed() or (unpacked(cache.tree) if cache.tree.exists() else None)


def fetch(cache: Cache, console: Console, *, again: bool = False) -> Installation:
    """Fetches Asterisk into the cache unless it is there; `again` replaces it by the newest packages.

    Two processes may ask at once: one fetches, the other waits for it. A cut download is taken up
    by the next try.
    """
    try:
        with _alone(cache, console):
            if again or not cache.tree.exists():
                _fetch(cache, console)
    except OSError as error:
        raise SetupFailed(f"Asterisk cannot be fetched into {cache.folder}: {error.strerror}") from error
    return unpacked(cache.tree)


@contextmanager
def _alone(cache: Cache, console: Console) -> Iterator[None]:
    """Holds the cache's lock; the kernel lets go of it when the process ends, however it ends."""
    cache.folder.mkdir(parents=True, exist_ok=True)
    with (cache.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another callcenter is fetching Asterisk; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(cache: Cache, console: Console) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise SetupFailed(
            f"no Asterisk {OLDEST.major} or newer was found, and there is no apt to fetch one with; "
            "install Asterisk with this system's package manager"
        )
    free = shutil.disk_usage(cache.folder).free
    if free < NEEDED_BYTES:
        raise SetupFailed(
            f"fetching Asterisk needs {NEEDED_BYTES // 10**6} MB in {cache.folder}; {free // 10**6} MB are free"
        )
    apt = Apt(cache.folder / "apt")
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
    ) as progress:
        apt.use(choose_sources(apt.known_sources()))
        archives = apt.download(PACKAGES, progress)
        _unpack(archives, cache.tree, progress)
    shutil.rmtree(apt.folder)


def choose_sources(known: list[Source]) -> str:
    """The sources.list to fetch Asterisk from, given the archives that this machine uses.

    Raises SetupFailed when the machine uses neither Debian's nor Ubuntu's.
    """
    debian = [source for source in known if source.origin == source.label == "Debian"]
    ubuntu = [source for source in known if source.origin == source.label == "Ubuntu"]
    if debian:
        return f"deb {_signed_by('debian')}{debian[0].address} sid main\n"
    if ubuntu:
        options = _signed_by("ubuntu")
        lines = (f"deb {options}{source.address} {source.suite} main universe\n" for source in ubuntu)
        return "".join(dict.fromkeys(lines))
    raise SetupFailed(
        f"no Asterisk {OLDEST.major} or newer was found, and apt on this system uses neither Debian's nor Ubuntu's "
        "archive to fetch one from; install Asterisk with this system's package manager"
    )


def _signed_by(distribution: str) -> str:
    """Names the distribution's keyring; without one apt takes the keys that the system trusts for everything."""
    keyring = next(
        (
            found
            for found in sorted(_KEYRINGS.glob(f"{distribution}-archive-keyring.*"))
            if found.suffix in {".gpg", ".pgp"}
        ),
        None,
    )
    return f"[signed-by={keyring}] " if keyring else ""


class Apt:
    """apt-get with a state of its own: it knows no installed package and touches nothing of the system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "apt.conf").write_text(
            f'Dir::State "{folder}/state";\nDir::State::status "{folder}/status";\nDir::Cache "{folder}/cache";\n'
            'Dir::Etc::preferences "/dev/null";\nDir::Etc::preferencesparts "/dev/null";\n'
            # The archives lie in the user's cache, which the download account of a root's apt cannot enter.
            'APT::Sandbox::User "";\nAPT::Update::Error-Mode "any";\nAcquire::Languages "none";\n'
            'Acquire::Retries "2";\nAcquire::http::Timeout "20";\nAcquire::https::Timeout "20";\n'
        )

    def known_sources(self) -> list[Source]:
        """The archives of the machine's own apt configuration."""
        command = ("indextargets", "--format", _TARGET, "Created-By: Packages")
        lines = _run(("apt-get", *command)) or self._learn_sources(command)
        return [Source(*line.split("|")[:4]) for line in lines.splitlines()]

    def _learn_sources(self, command: tuple[str, ...]) -> str:
        """On a machine that never ran `apt-get update` apt knows no origins: it learns them in our folder."""
        self._apt("update")
        return self._apt(*command)

    def use(self, sources: str) -> None:
        """Reads the package lists of these sources instead of the machine's."""
        (self.folder / "sources.list").write_text(sources)
        with (self.folder / "apt.conf").open("a") as configuration:
            configuration.write(
                f'Dir::Etc::sourcelist "{self.folder}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
            )
        self._apt("update")

    def download(self, packages: tuple[str, ...], progress: Progress) -> list[Path]:
        """Downloads the packages and everything that they need; returns the files. apt resumes what was cut."""
        install = ("install", "--yes", "--no-install-recommends", *packages)
        wanted = re.findall(r"^'[^']+' (\S+) (\d+)", self._apt("--print-uris", *install), re.MULTILINE)
        archives = self.folder / "cache/archives"
        task = progress.add_task("Fetching Asterisk", total=sum(int(size) for _, size in wanted))
        done = Event()

        def watch() -> None:
            while not done.wait(0.2):
                progress.update(task, completed=_bytes_in(archives))

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            self._apt("--download-only", *install)
        finally:
            done.set()
            watcher.join()
        progress.update(task, completed=_bytes_in(archives))
        return sorted(archives.glob("*.deb"))

    def _apt(self, *arguments: str) -> str:
        return _run(("apt-get", "-qq", *arguments), {"APT_CONFIG": str(self.folder / "apt.conf")})


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in (*folder.glob("*.deb"), *folder.glob("partial/*.deb")):
        try:
            total += file.stat().st_size
        except FileNotFoundError:  # apt moved it out of partial/ just now
            continue
    return total


def _unpack(archives: list[Path], tree: Path, progress: Progress) -> None:
    partial = tree.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    task = progress.add_task("Unpacking", total=sum(archive.stat().st_size for archive in archives))
    for archive in archives:
        _run(("dpkg-deb", "--extract", str(archive), str(partial)))
        progress.advance(task, archive.stat().st_size)
    _name_sounds(partial / "usr/share/asterisk/sounds")
    shutil.rmtree(tree, ignore_errors=True)
    partial.rename(tree)


def _name_sounds(sounds: Path) -> None:
    """`sounds/en` is made by an installation script (update-alternatives), which unpacking alone does not run."""
    voices = sorted(sounds.glob("en_*"))
    if voices and not (sounds / "en").exists():
        (sounds / "en").symlink_to(voices[0].name)


def _run(command: tuple[str, ...], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603 - fixed programs, our own arguments
        command, env=os.environ | {"LC_ALL": "C"} | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SetupFailed(f"Asterisk cannot be fetched: {explain(done.stderr) or ' '.join(command[:2])}")
    return done.stdout


_CAUSES = (
    (r"No space left on device|don't have enough free space", "the disk is full"),
    (r"resolv|onnect|Network is unreachable|timed out", "the package archive cannot be reached (no network?)"),
    (r"not signed|NO_PUBKEY|signature", "the package archive's signature could not be verified"),
    (r"Unable to locate package|no installation candidate", "the package archive has no Asterisk for this system"),
)


def explain(stderr: str) -> str:
    """What went wrong, in a few words, followed by apt's own first line of error."""
    line = next((line for line in stderr.splitlines() if line.strip()), "").strip()
    cause = next((words for pattern, words in _CAUSES if re.search(pattern, stderr)), "")
    return f"{cause} [{line}]" if cause else line
