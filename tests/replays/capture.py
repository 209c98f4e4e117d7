"""Records a day in two minutes: `python -m tests.replays.capture` renews the captures beside this file.

A private Asterisk with the shipped dialplans, phones and customers from a second one, calls of every kind one after
another. Two bare sockets keep what they hear, byte for byte: one has the server's own account with its filters, the
other sees everything. queue_log is kept beside them. Names of folders and of this machine are taken out.
"""

import gzip
import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from callcenter.asterisk.private import PrivateAsterisk
from callcenter.asterisk.survey import QUESTIONS, survey_id
from callcenter.demo.world import centre_and_world
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from tests.real.ami import Ami, Message
from tests.real.conftest import Pair

HERE = Path(__file__).parent
AGENTS = ("1001", "1002", "1003")
OBSERVER = "\n[observer]\nsecret = %s\ndeny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1\nread = all\n"

QUEUES = {
    "support": QueueSettings(extension="4000", strategy="linear", ring_seconds=4, wrap_up_seconds=2, exit_digit="9"),
    "sales": QueueSettings(extension="4001", ring_seconds=8, wrap_up_seconds=1, max_waiting=1, max_wait_seconds=5),
    "everybody": QueueSettings(extension="4002", strategy="ringall", ring_seconds=8, wrap_up_seconds=1),
}


class Recorder:
    """Keeps every byte that a manager connection hears."""

    def __init__(self, pbx: PbxSettings, username: str) -> None:
        self.heard = b""
        self._socket = socket.create_connection((pbx.host, pbx.port), timeout=600)
        login = f"Action: Login\r\nUsername: {username}\r\nSecret: {pbx.secret.get_secret_value()}\r\n\r\n"
        self._socket.sendall(login.encode())
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(ConnectionResetError):  # stopped while Asterisk was still talking
            while chunk := self._socket.recv(65536):
                self.heard += chunk

    def survey(self, turn: int) -> None:
        """Asks for the whole state, as the link does."""
        for question in QUESTIONS:
            number = survey_id("c0ffee", turn, question)
            self._socket.sendall(f"Action: {question}\r\nActionID: {number}\r\n\r\n".encode())

    def stop(self) -> bytes:
        """What was heard."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        return self.heard


class Day:
    """The calls of the recorded day."""

    def __init__(self, pair: Pair, recorders: list[Recorder]) -> None:
        self.pair, self.recorders, self.ami = pair, recorders, pair.ami

    def customer(self, number: str, caller: str, seconds: int = 0, digits: str = "") -> Message:
        """A customer calls a queue, hangs up after some seconds or types digits; the join is given back."""
        how: dict[str, object] = {"Application": "SendDTMF", "Data": digits} if digits else {
            "Context": "world-speech", "Exten": "s", "Priority": 1,
        }  # fmt: skip
        limit = (f"TIMEOUT(absolute)={seconds}",) if seconds else ()
        channel = f"PJSIP/{number}@centre"
        caller_id = f'"王小明 {caller}" <{caller}>'
        self.pair.outside.action(
            "Originate", *limit, Channel=channel, CallerID=caller_id, Async="true", Timeout=60_000, **how
        )
        return self.ami.wait_for("QueueCallerJoin", CallerIDNum=caller)

    def ends(self, joined: Message) -> None:
        """Waits until the customer's channel has ended, and the agent has had time for the wrap-up."""
        self.ami.next("Hangup", Uniqueid=joined["Uniqueid"])
        self.rests(2.5)

    def rests(self, seconds: float) -> None:
        """Lets the wrap-up of an agent pass; there is no event to wait for."""
        threading.Event().wait(seconds)

    def run(self) -> None:
        for part in (self.refused, self.signs_in, self.answered, self.unanswered, self.missed, self.transferred,
                     self.moved, self.outside_queues, self.called_back, self.local_member, self.pauses):  # fmt: skip
            part()

    def refused(self) -> None:
        self.pair.customer_calls("4000", caller="13900000001")
        self.ami.wait_for("VarSet", Variable="QUEUESTATUS", Value="JOINEMPTY")
        self.rests(3)

    def signs_in(self) -> None:
        for agent in AGENTS:
            self.pair.sign_in(agent, queues=3)
            self.pair.behave(agent, after=1)

    def answered(self) -> None:
        self.pair.behave("1001", talk=3)
        self.ends(self.customer("4000", "13800000001"))
        self.pair.behave("1001", talk=0)
        joined = self.customer("4000", "13800000002", seconds=6)
        self.ami.wait_for("AgentConnect")
        for recorder in self.recorders:
            recorder.survey(2)
        self.ends(joined)
        self.pair.behave("1002", after=2)
        self.ends(self.customer("4002", "13800000003", seconds=5))

    def unanswered(self) -> None:
        for agent in AGENTS:
            self.pair.behave(agent, do="ignore")
        self.ends(self.customer("4000", "13800000004", seconds=3))
        self.ends(self.customer("4000", "13800000005", digits="wwwwww9"))
        waiting = self.customer("4001", "13800000006")
        self.pair.customer_calls("4001", caller="13800000007")
        self.ami.wait_for("VarSet", Variable="QUEUESTATUS", Value="FULL")
        self.ends(waiting)

    def missed(self) -> None:
        self.pair.behave("1002", do="busy")
        self.pair.behave("1003", do="answer", talk=2)
        self.ends(self.customer("4000", "13800000008"))
        self.pair.behave("1003", do="reject", talk=0)
        self.ends(self.customer("4000", "13800000009", seconds=7))
        for agent in AGENTS:
            self.pair.behave(agent, do="answer", after=1, talk=0)

    def transferred(self) -> None:
        joined = self.customer("4000", "13800000010", seconds=12)
        connected = self.ami.wait_for("AgentConnect")
        self.rests(2)
        self.ami.action("BlindTransfer", Channel=connected["DestChannel"], Exten="4002", Context="callcenter-inbound")
        self.ami.wait_for("AgentConnect")
        self.ends(joined)
        joined = self.customer("4000", "13800000011", seconds=24)
        connected = self.ami.wait_for("AgentConnect")
        self.ami.action("Atxfer", Channel=connected["DestChannel"], Exten="1003", Context="callcenter-agents")
        # Asterisk waits some seconds for more digits, then the colleague's phone rings.
        self.ami.wait_for("BridgeEnter", seconds=20, CallerIDNum="1003")
        self.rests(2)
        self.ami.action("Hangup", Channel=connected["DestChannel"])
        self.ami.wait_for("AttendedTransfer")
        self.ends(joined)

    def moved(self) -> None:
        for agent in AGENTS:
            self.pair.behave(agent, do="ignore")
        joined = self.customer("4000", "13800000012")
        self.ami.action("QueueWithdrawCaller", Queue="support", Caller=joined["Channel"])
        self.ends(joined)
        joined = self.customer("4000", "13800000013", seconds=9)
        self.ami.action(
            "Redirect", Channel=joined["Channel"], Context="callcenter-queue", Exten="q-everybody", Priority=1
        )
        self.ends(joined)
        joined = self.customer("4000", "13800000014")
        self.ami.action("Hangup", Channel=joined["Channel"])
        self.ends(joined)
        for agent in AGENTS:
            self.pair.behave(agent, do="answer")

    def outside_queues(self) -> None:
        for number in ("1002", "013912345678"):
            self.pair.behave(number, after=1, talk=2)
            self.pair.dial("1001", number)
            self.ami.wait_for("DialEnd", DialStatus="ANSWER")
            self.rests(4)
        self.pair.behave("1002", talk=0)

    def called_back(self) -> None:
        self.pair.behave("1001", talk=2)
        self.pair.behave("13900000004", do="busy")
        for number in ("13900000002", "13900000004"):
            self.ami.action(
                "Originate", "CC_QUEUE=support", f"CC_ATTEMPT=attempt-{number}", "CC_AMD=0",
                Channel=f"PJSIP/{number}@trunk", ChannelId=f"attempt-{number}", Context="callcenter-callback",
                Exten="s", Priority=1, Async="true", Timeout=20_000,
            )  # fmt: skip
            self.ami.wait_for("Hangup", Uniqueid=f"attempt-{number}")
            self.rests(2.5)

    def local_member(self) -> None:
        for agent in AGENTS:
            self.ami.action("QueueRemove", Queue="support", Interface=f"PJSIP/{agent}")
        self.ami.action(
            "QueueAdd", Queue="support", Interface="Local/1003@callcenter-agents",
            StateInterface="PJSIP/1003", MemberName="Zhang Min",
        )  # fmt: skip
        self.ends(self.customer("4000", "13800000015", seconds=6))

    def pauses(self) -> None:
        for code in ("*721", "*73", "*71"):
            self.pair.dial("1001", code)
            self.rests(3)


def settings() -> Settings:
    """The centre of the recorded day."""
    names = ("Li Na", "Wang Wei", "Zhang Min")
    agents = tuple(
        AgentSettings(number=n, name=name, queues=tuple(QUEUES)) for n, name in zip(AGENTS, names, strict=True)
    )
    return Settings(queues=QUEUES, agents=agents)


def scrubbed(heard: bytes, centre: PrivateAsterisk, world: PrivateAsterisk) -> bytes:
    """Without the names of this machine: folders and hosts."""
    for private, name in ((centre, b"/centre"), (world, b"/world")):
        heard = heard.replace(str(private.plan.run).encode(), name)
    heard = heard.replace(str(centre.plan.installation.modules).encode(), b"/modules")
    heard = heard.replace(str(centre.plan.installation.data).encode(), b"/data")
    return heard.replace(socket.gethostname().encode(), b"pbx")


def record() -> dict[str, bytes]:
    """Runs the day and gives what remains of it, by file name."""
    centre, world = centre_and_world(settings())
    secret = centre.plan.pbx.secret.get_secret_value()
    with (centre.plan.run / "etc/callcenter/manager.conf").open("a") as manager:
        manager.write(OBSERVER % secret)
    try:
        centre.boot()
        with Ami(centre.plan.pbx) as ami:
            recorders = [Recorder(centre.plan.pbx, name) for name in (centre.plan.pbx.username, "observer")]
            world.boot()
            waiting = {agent.at() for agent in centre.plan.settings.agents}
            while waiting:
                waiting.discard(ami.wait_for("DeviceStateChange", State="NOT_INUSE")["Device"])
            for recorder in recorders:
                recorder.survey(1)
            with Ami(world.plan.pbx) as outside:
                Day(Pair(centre, world, ami, outside), recorders).run()
            filtered, everything = (recorder.stop() for recorder in recorders)
            log = centre.queue_log.read_bytes()
    finally:
        world.remove()
        centre.remove()
    found = {"filtered.ami": filtered, "everything.ami": everything, "queue_log": log}
    return {name: scrubbed(content, centre, world) for name, content in found.items()}


def main() -> None:
    began = time.monotonic()
    for name, content in record().items():
        suspicious = set(re.findall(rb"/(?:tmp|root|home|work)/[^\s|]*", content))
        packed = gzip.compress(content, mtime=0)
        (HERE / f"{name}.gz").write_bytes(packed)
        print(f"{name}: {len(content)} bytes, {len(packed)} packed, suspicious: {suspicious or 'nothing'}")  # noqa: T201
    print(f"in {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
