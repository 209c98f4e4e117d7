"""Runs a private Asterisk with the shipped dialplans: for the demo, for tests, for trying things out.

It listens on the loopback alone, on ports that nobody else uses, keeps its files in one run folder, and never outlives
the process that started it (see `leash.py`). Several run side by side. Calls here block for some seconds at most;
asynchronous code uses `asyncio.to_thread`.
"""

import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import SecretStr

from callcenter.asterisk import leash, packages
from callcenter.asterisk.dialplan import Folders, Site, Trunk, render
from callcenter.asterisk.installation import Installation
from callcenter.asterisk.music import write_music
from callcenter.asterisk.ports import PortBlock
from callcenter.errors import SetupFailed
from callcenter.settings import AgentSettings, BrowserPhoneSettings, PbxSettings, PhoneSettings, Settings

Phone = TypeVar("Phone", AgentSettings, PhoneSettings)

BOOT_SECONDS = 40.0
"""A boot takes about one second; a machine busy with other things gets more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a private Asterisk is to be: its installation, ports, account and folders.

    `site` and `settings` are complete for rendering: every phone has a password, and the only PBX of `settings`
    is this one, so a server given these settings finds its AMI, its recordings and its queue_log.
    """

    installation: Installation
    ports: PortBlock
    site: Site
    settings: Settings
    run: Path

    @property
    def pbx(self) -> PbxSettings:
        """This PBX, as the server sees it."""
        return self.settings.pbxs[0]


def plan(
    settings: Settings,
    *,
    run: Path | None = None,
    ports: PortBlock | None = None,
    trunk: Trunk | None = None,
    recordings: Path | None = None,
    installation: Installation | None = None,
) -> Plan:
    """Chooses what is left open: Asterisk itself (fetched if need be), a temporary run folder, ports, passwords.

    Two Asterisks that call each other need each other's ports first: take the blocks with `PortBlock.take()`.
    """
    installation = installation or packages.find()
    run = run or Path(tempfile.mkdtemp(prefix="callcenter-"))
    ports = ports or PortBlock.take()
    recordings = recordings or run / "recordings"
    site = Site(
        version=installation.version, sip_address="127.0.0.1", sip_port=ports.sip, rtp=ports.rtp,
        recordings=recordings, trunk=trunk,
        private=Folders(run / "etc", installation.modules, installation.data, run),
    )  # fmt: skip
    pbx = settings.pbxs[0].model_copy(
        update={
            "host": "127.0.0.1", "port": ports.ami, "tls": False, "secret": SecretStr(secrets.token_urlsafe(18)),
            "recordings_folder": recordings, "queue_log": run / "log/queue_log",
            "cel": run / "log/cel-custom/callcenter.csv", "browser_phone_url": f"ws://127.0.0.1:{ports.http}/ws",
        }
    )  # fmt: skip
    update = {
        "pbxs": (pbx,),
        "agents": tuple(_with_password(agent) if agent.has_phone else agent for agent in settings.agents),
        "phones": tuple(_with_password(phone) for phone in settings.phones),
        "browser_phone": BrowserPhoneSettings(secret=SecretStr(secrets.token_urlsafe(24))),
    }
    return Plan(installation, ports, site, settings.model_copy(update=update), run)


def _with_password(phone: Phone) -> Phone:
    if phone.secret.get_secret_value():
        return phone
    return phone.model_copy(update={"secret": SecretStr(secrets.token_urlsafe(12))})


def write_shipped(plan: Plan) -> None:
    """Renders the shipped dialplans into the run folder."""
    render(plan.settings, plan.run / "etc", plan.site, pbx=plan.pbx)


class PrivateAsterisk:
    """One private Asterisk, running from `start` to `stop`; as a context manager it stops at the end of the block.

    `write` puts the configuration into `plan.run / "etc"`; unless told otherwise, the shipped one.
    """

    def __init__(self, plan: Plan, write: Callable[[Plan], object] = write_shipped) -> None:
        self.plan = plan
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0
        for name in ("etc", "db", "spool", "log/cel-custom", "keys", "music"):
            (plan.run / name).mkdir(parents=True, exist_ok=True)
        write_music(plan.run / "music/waiting.wav")
        write(plan)

    @classmethod
    def start(cls, settings: Settings, *, trunk: Trunk | None = None, run: Path | None = None) -> Self:
        """Plans, boots and returns an Asterisk for these settings. Raises SetupFailed when it does not come up."""
        private = cls(plan(settings, trunk=trunk, run=run))
        private.boot()
        return private

    def boot(self) -> None:
        """Starts the process and returns once Asterisk says FullyBooted. Raises SetupFailed with its last words."""
        command = self.plan.installation.command
        options = ("-f", "-n", "-C", str(self.plan.run / "etc/asterisk.conf"))
        with (self.plan.run / "log/console").open("ab") as console:
            self._process = subprocess.Popen(  # noqa: S603 - our own files
                (sys.executable, "-I", "-S", leash.__file__, *command, *options),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=console, start_new_session=True,
            )  # fmt: skip
        if self._process.stdout:
            self.pid = int(self._process.stdout.readline() or 0)
        try:
            self._await_boot(self._process)
        except BaseException:
            self.kill()
            raise

    def _await_boot(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if is_booted(self.plan.pbx, deadline):
                if not self.plan.ports.is_sip_served():
                    raise SetupFailed(f"Asterisk does not serve SIP on port {self.plan.ports.sip}: {self.log_tail()}")
                return
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
        raise SetupFailed(f"the private Asterisk did not start: {self.log_tail()}")

    def stop(self) -> None:
        """Ends Asterisk properly: calls end, recordings are closed, members are kept. Nothing if it does not run."""
        self._end(b"")

    def kill(self) -> None:
        """Ends Asterisk as a power cut would (SIGKILL)."""
        self._end(leash.KILL)

    def _end(self, word: bytes) -> None:
        process, self._process, self.pid = self._process, None, 0
        if process is None:
            return
        if process.stdin and process.stdout:
            process.stdout.close()
            with suppress(BrokenPipeError), process.stdin:  # broken: it ended by itself before
                process.stdin.write(word)
        process.wait(leash.GRACE_SECONDS + 5)

    def wait(self) -> None:
        """Returns when Asterisk ends by itself, with SetupFailed: nobody asked it to."""
        if self._process:
            self._process.wait()
        raise SetupFailed(f"Asterisk ended by itself: {self.log_tail()}")

    def restart(self) -> None:
        """Stops it if it runs, and boots it again: the same ports, files and members."""
        self.stop()
        self.boot()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def recordings(self) -> Path:
        """Where MixMonitor writes."""
        return self.plan.site.recordings

    @property
    def queue_log(self) -> Path:
        """Asterisk's own book of its queues; not there before the first line."""
        return self.plan.run / "log/queue_log"

    def log_tail(self, lines: int = 8) -> str:
        """The last lines that Asterisk wrote to its console and its log."""
        texts = [
            line
            for name in ("console", "messages.log")
            if (file := self.plan.run / "log" / name).exists()
            for line in file.read_text(errors="replace").splitlines()[-lines:]
        ]
        return " / ".join(texts) or "it wrote nothing"

    def __enter__(self) -> Self:
        if not self.is_running:
            self.boot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def remove(self) -> None:
        """Stops it, gives its ports back and deletes its run folder."""
        self.stop()
        self.plan.ports.release()
        shutil.rmtree(self.plan.run, ignore_errors=True)


def is_booted(pbx: PbxSettings, deadline: float) -> bool:
    """Whether AMI takes the account and, before the deadline, says FullyBooted: every module is there."""
    secret = pbx.secret.get_secret_value()
    login = f"Action: Login\r\nUsername: {pbx.username}\r\nSecret: {secret}\r\nEvents: system\r\n\r\n"
    heard = b""
    try:
        with socket.create_connection((pbx.host, pbx.port), timeout=1) as link:
            link.sendall(login.encode())
            link.settimeout(max(0.1, deadline - time.monotonic()))
            while chunk := link.recv(4096):
                heard += chunk
                if b"Event: FullyBooted" in heard:
                    return True
                if b"Authentication failed" in heard:
                    return False
    except OSError:
        return False
    return False
