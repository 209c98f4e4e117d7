"""The stage for situations on a real Asterisk: many small queues with fixed members, played at the same time.

Queue `qNNNN` is reached by dialling NNNN, so a phone can transfer to it; each scene has queues and agents of its own,
and its counts can be told from the others'. A scene has its own manager connections: scenes run in threads.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter.demo.world import centre_and_world
from callcenter.settings import AgentSettings, Settings
from tests.real.ami import Ami, Message
from tests.real.conftest import Pair, running
from tests.replays.capture import Recorder

AGENTS = tuple(str(number) for number in range(1001, 1074))

QUEUE = "[q{queue}](callcenter-queue)\nretry = 1\n{options}{members}\n"
START_SECONDS = 0.4
"""From one scene's beginning to the next one's: some twenty of them play at a time."""
DIALPLAN = """
[callcenter-inbound](+)
exten => _7XXX,1,Answer()
 same => n,Queue(q${EXTEN},tT,,,${IF($["${EXTEN:0:2}" = "71"]?3:60)})
 same => n,Wait(2)
; Whither a customer may transfer.
exten => 1035,1,Dial(PJSIP/1035)
exten => 1055,1,Dial(PJSIP/1055)
[scenes]
exten => wait,1,Answer()
 same => n,Wait(60)
exten => 9,1,Wait(1)
"""
WORLD = """
[scenes]
exten => _[0-9].,1,Transfer(PJSIP/sip:${{EXTEN}}@127.0.0.1:{port})
 same => n,Wait(20)
exten => replaces,1,Transfer(PJSIP/${{REFER_TO}})
 same => n,Wait(20)
[world](+)
; This phone forwards (302).
exten => {forwarding},1,Transfer(PJSIP/sip:{target}@127.0.0.1:{port})
"""


class Scene:
    """What a script may do: customers and phones in the world, manager actions at the centre."""

    def __init__(self, pair: Pair, queue: str) -> None:
        self.queue = queue
        self.ami, self.outside = Ami(pair.centre.plan.pbx), Ami(pair.world.plan.pbx)
        self.pair = Pair(pair.centre, pair.world, self.ami, self.outside)
        self._callers = 0

    def close(self) -> None:
        """Ends the manager connections."""
        for ami in (self.ami, self.outside):
            ami.__exit__()

    def rests(self, seconds: float) -> None:
        """Lets people talk or wait; there is no event to wait for."""
        threading.Event().wait(seconds)

    def behave(self, *agents: str, **how: object) -> None:
        """Says what phones do when they are called."""
        for agent in agents:
            self.pair.behave(agent, **how)

    def dials(self, number: str = "", name: str = "Bob", caller: str = "") -> tuple[str, str]:
        """A customer dials a queue; the channel in the world, and the number."""
        self._callers += 1
        caller = caller or f"138{self.queue}{self._callers:04}"
        return self.pair.customer_calls(number or self.queue, caller=caller, name=name), caller

    def joins(self, number: str = "", name: str = "Bob", caller: str = "") -> tuple[str, Message]:
        """A customer dials a queue and waits in it; the channel in the world, and the join."""
        channel, caller = self.dials(number, name, caller)
        return channel, self.ami.next("QueueCallerJoin", CallerIDNum=caller)

    def talks(self, number: str = "", name: str = "Bob") -> tuple[str, Message]:
        """A customer dials a queue and is answered; the channel in the world, and the answer."""
        channel, joined = self.joins(number, name)
        return channel, self.ami.next("AgentConnect", Uniqueid=joined["Uniqueid"])

    def hangs_up(self, channel: str) -> None:
        """Somebody in the world hangs up."""
        answer = self.outside.action("Hangup", Channel=channel)
        assert answer["Response"] == "Success", (channel, answer)

    def leg(self, agent: str) -> str:
        """The world's channel of a phone whose call was answered last."""
        self.outside.action("Ping")  # whatever was said before the answer has been read then
        return [event["Channel"] for event in self.outside.of("Newchannel") if event["Exten"] == agent][-1]

    def presses(self, agent: str, digits: str) -> None:
        """A phone sends digits while talking."""
        leg = self.leg(agent)
        for digit in digits:
            self.outside.action("PlayDTMF", Channel=leg, Digit=digit, Duration=100)
            self.rests(0.25)

    def refers(self, channel: str, to: str) -> None:
        """A phone in the world sends REFER."""
        self.outside.action("Redirect", Channel=channel, Context="scenes", Exten=to, Priority=1)

    def refers_to_call(self, channel: str, consulting: str, number: str) -> None:
        """A phone in the world sends REFER with Replaces: joins its first call with the one to `number`."""
        answers = [
            self.outside.action("Getvar", Channel=consulting, Variable=f"CHANNEL(pjsip,{what})")
            for what in ("call-id", "local_tag", "remote_tag")
        ]
        call, ours, theirs = (answer["Value"] for answer in answers)
        port = self.pair.centre.plan.ports.sip
        replaces = f"{call}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}"
        target = f"<sip:{number}@127.0.0.1:{port}?Replaces={replaces}>"
        self.outside.action("Setvar", Channel=channel, Variable="REFER_TO", Value=target)
        self.refers(channel, "replaces")

    def reaches(self, agent: str) -> Message:
        """Waits until a phone that was dialled has answered."""
        return self.ami.until(
            lambda event: event.get("DialStatus") == "ANSWER" and event["DestChannel"].startswith(f"PJSIP/{agent}-")
        )

    def ends(self, message: Message) -> None:
        """Waits until the caller's channel has ended."""
        self.ami.next("Hangup", Uniqueid=message["Uniqueid"])


Script = Callable[[Scene], None]


class Stage:
    """The scripts by the queue that they play in, and how the queues are made."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self.queues: dict[str, str] = {}

    def queue(self, number: str, *members: str, **options: object) -> None:
        """A queue with fixed members (phones by their number) and options of queues.conf."""
        given = {"strategy": "linear", "timeout": 6, **options}
        lines = "".join(f"{key} = {value}\n" for key, value in given.items())
        static = "".join(f"member => {_member(member)}\n" for member in members)
        self.queues[number] = QUEUE.format(queue=number, options=lines, members=static)

    def scene(self, number: str, *members: str, **options: object) -> Callable[[Script], Script]:
        """A script and the queue that it plays in."""
        self.queue(number, *members, **options)

        def keep(script: Script) -> Script:
            self.scripts[number] = script
            return script

        return keep

    @contextmanager
    def open(self, forwarding: str, target: str) -> Iterator[Pair]:
        """A centre with these queues, and a world."""
        agents = tuple(AgentSettings(number=number, name=f"Agent {number}") for number in AGENTS)
        centre, world = centre_and_world(Settings(agents=agents))
        port = centre.plan.ports.sip
        _append(centre.plan.run, "queues.conf", "".join(self.queues.values()))
        _append(centre.plan.run, "extensions.conf", DIALPLAN)
        pjsip = centre.plan.run / "etc/callcenter/pjsip.conf"
        pjsip.write_text(pjsip.read_text().replace("allow_transfer = no", "allow_transfer = yes"))
        _append(world.plan.run, "modules.conf", "\nload = app_transfer.so\n")
        _append(world.plan.run, "extensions.conf", WORLD.format(port=port, forwarding=forwarding, target=target))
        with running(centre, world) as pair:
            yield pair

    def play(self, pair: Pair, only: str = "") -> tuple[bytes, list[list[str]], dict[str, str]]:
        """Plays all scenes side by side: what AMI said, the lines of queue_log, and which scripts failed with what.

        Whatever a script that failed has done stands in both accounts, too.
        """
        recorder = Recorder(pair.centre.plan.pbx, pair.centre.plan.pbx.username)
        recorder.survey(1)
        failures: dict[str, str] = {}

        def perform(number: str) -> None:
            scene = Scene(pair, number)
            try:
                self.scripts[number](scene)
            except Exception as error:  # noqa: BLE001 - the test of this scene tells it
                failures[number] = f"{type(error).__name__}: {error}"
            finally:
                scene.close()

        threads = [threading.Thread(target=perform, args=(number,)) for number in self.scripts if only in number]
        for thread in threads:
            thread.start()
            threading.Event().wait(START_SECONDS)
        for thread in threads:
            thread.join()
        for number in list(failures):  # a phone or a digit was late among so many: once more, alone
            del failures[number]
            perform(number)
        last = Scene(pair, "")  # fresh connections: nobody read those of the pair meanwhile
        last.pair.quieten()
        last.close()
        recorder.survey(2)
        deadline = time.monotonic() + 5
        while recorder.heard.count(b"Event: DeviceStateListComplete") < 2 and time.monotonic() < deadline:
            threading.Event().wait(0.05)  # whatever was said before the answer has been heard then
        heard = recorder.stop()
        return heard, [line.split("|") for line in pair.centre.queue_log.read_text().splitlines()], failures


STAGE = Stage()
"""What `tests.real.situations` and `tests.real.transfers` play on."""


def _member(member: str) -> str:
    return f"PJSIP/{member},0,Agent {member}" if member.isdigit() else member


def _append(run: Path, name: str, text: str) -> None:
    with (run / "etc/callcenter" / name).open("a") as file:
        file.write(text)
