"""A random day on a real Asterisk: customers, agents and somebody with a manager account do whatever they like at once.

What is done when follows from a seed; what comes of it is Asterisk's. Nobody waits for anything to go well.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress

from msgspec import Struct

from tests.real.ami import Ami, Message
from tests.real.conftest import Pair
from tests.real.holding import taken_over
from tests.real.scenes import Scene, Stage
from tests.replays.capture import Recorder, scrubbed

CALLER_NAMES = ("Bob", "", "A|B|C", "Event: Hangup", "王小明 😀", "x" * 120, " spaced ", 'Jo \\"Ace\\" S')
CALLER_NUMBERS = ("anonymous", "+8613900000000", "139|17|6", "9" * 90)
ENDED_MEANWHILE = (AssertionError, IndexError, KeyError, OSError)
"""What comes of acting on a call or a phone that has just gone."""
REASONS = ("break", "meal", "开会", "a|b")
PHONES = tuple(str(number) for number in range(1001, 1013))
COLLEAGUES = ("1020", "1021", "1022")
QUEUES = ("7201", "7202", "7203", "7204", "7205", "7206", "7103", "7104")


def stage() -> Stage:
    """Queues of every kind; most agents are in several."""
    made = Stage()
    made.queue("7201", "1001", "1002", "1003", wrapuptime=2, context="scenes")
    made.queue("7202", "1002", "1003", "1004", strategy="ringall", ringinuse="yes", timeout=4)
    made.queue("7203", "1004", "1005", strategy="rrmemory", wrapuptime=1, timeout=3, autopause="yes")
    made.queue("7204", "Local/1006@callcenter-colleagues/n,0,Agent 1006,PJSIP/1006", "1007", timeout=5, ringinuse="yes")
    made.queue("7205", "Local/1008@callcenter-colleagues,0,Agent 1008,PJSIP/1008", "1001,3", strategy="ringall")
    made.queue("7206", "Local/13900007206@callcenter-dial,0,Agent mobile", "1009", strategy="leastrecent", maxlen=2)
    made.queue("7103", "1010", "1011", context="scenes", leavewhenempty="paused", joinempty="paused", timeout=2)
    made.queue("7104", "1012", context="scenes", autopause="all", announce="demo-congrats", timeout=8)
    return made


class Mix:
    """One random day. `run` it for some seconds."""

    def __init__(self, pair: Pair, seed: int) -> None:
        self.chance = random.Random(seed)
        self.pair = pair
        self.done: list[str] = []
        self._scene = Scene(pair, "72")
        self.ami, self.outside = self._scene.ami, self._scene.outside
        self._read_to = 0
        self._waiting: dict[str, Message] = {}
        self._talking: dict[str, Message] = {}
        self._customers: dict[str, str] = {}
        self._left = 0.0
        self._threads: list[threading.Thread] = []

    def close(self) -> None:
        """Waits for what is under way and ends the connections."""
        for thread in self._threads:
            thread.join()
        self._scene.close()

    def run(self, seconds: float) -> None:
        """Something is done several times a second."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._hear(self.chance.uniform(0.05, 0.5))
            act = self.chance.choices(ACTS, WEIGHTS)[0]
            with suppress(*ENDED_MEANWHILE):
                act(self)
                self.done.append(act.__name__)

    # --- what is going on -----------------------------------------------------------------------------------------

    def _hear(self, seconds: float) -> None:
        with suppress(AssertionError):
            self.ami.until(lambda message: False, seconds)
        for message in self.ami.events[self._read_to :]:
            self._note(message)
        self._read_to = len(self.ami.events)

    def _note(self, message: Message) -> None:
        channel_id = message.get("Uniqueid", "")
        match message.get("Event"):
            case "QueueCallerJoin":
                self._waiting[channel_id] = message
            case "QueueCallerLeave":
                self._waiting.pop(channel_id, None)
            case "AgentConnect":
                self._talking[channel_id] = message
            case "AgentComplete" | "Hangup":
                self._talking.pop(channel_id, None)
                self._waiting.pop(channel_id, None)

    def _one_waiting(self) -> Message:
        return self.chance.choice(list(self._waiting.values()))

    def _one_talking(self) -> Message:
        return self._talking.pop(self.chance.choice(list(self._talking)))

    def _customer(self, message: Message) -> str:
        return self._customers[message["CallerIDNum"]]

    def _leg(self, talking: Message) -> str:
        return self._scene.leg(self._agent(talking))

    def _agent(self, talking: Message) -> str:
        return talking["MemberName"].removeprefix("Agent ")

    def _later(self, act: Callable[[Scene], object]) -> None:
        """Does something that takes its time, with manager connections of its own."""

        def perform() -> None:
            with suppress(*ENDED_MEANWHILE), closing(Scene(self.pair, "72")) as scene:
                act(scene)

        thread = threading.Thread(target=perform)
        thread.start()
        self._threads.append(thread)

    # --- customers ------------------------------------------------------------------------------------------------

    def calls(self) -> None:
        odd = self.chance.random() < 0.1
        number = self.chance.choice(CALLER_NUMBERS) if odd else f"138{self.chance.randrange(10**8):08}"
        limit = self.chance.choice((2, 4, 8, 15, 25))
        speech = {"Context": "world-speech", "Exten": "s", "Priority": 1}
        name = self.chance.choice(CALLER_NAMES)
        channel = f"PJSIP/{self.chance.choice(QUEUES)}@centre"
        channel_id = f"customer-{self.chance.randrange(10**9)}"
        self.outside.action(
            "Originate", f"TIMEOUT(absolute)={limit}", Channel=channel, ChannelId=channel_id,
            CallerID=f'"{name}" <{number}>', Async="true", Timeout=60_000, **speech,
        )  # fmt: skip
        self._customers[number] = channel_id

    def waiting_hangs_up(self) -> None:
        self.outside.action("Hangup", Channel=self._customer(self._one_waiting()))

    def waiting_presses_the_key(self) -> None:
        self.outside.action("PlayDTMF", Channel=self._customer(self._one_waiting()), Digit="9", Duration=100)

    def customer_refers(self) -> None:
        talking = self._one_talking()
        self._scene.refers(self._customer(talking), self.chance.choice(("1035", "1055")))

    def customer_hangs_up(self) -> None:
        self.outside.action("Hangup", Channel=self._customer(self._one_talking()))

    # --- agents ---------------------------------------------------------------------------------------------------

    def behaves(self) -> None:
        do = self.chance.choice(("answer", "answer", "answer", "ignore", "busy", "reject", "missing", "down"))
        how = {"do": do, "after": self.chance.choice((0, 0, 1, 2)), "talk": self.chance.choice((0, 0, 2, 4, 7))}
        for agent in self.chance.sample((*PHONES, *COLLEAGUES, "13900007206"), 3):
            self._scene.behave(agent, **how)

    def agent_hangs_up(self) -> None:
        self.outside.action("Hangup", Channel=self._leg(self._one_talking()))

    def agent_presses(self) -> None:
        leg = self._leg(self._one_talking())
        target = self.chance.choice((*QUEUES, *COLLEAGUES, "1001", "1004", "555"))
        code = self.chance.choice(("#1", "*2"))
        then = self.chance.choice(("hang up", "hang up", "abort", "nothing"))
        after = self.chance.choice((1, 4, 8))

        def press(scene: Scene) -> None:
            _types(scene, leg, code + target)
            scene.rests(after)
            if then == "hang up":
                scene.outside.action("Hangup", Channel=leg)
            elif then == "abort":
                _types(scene, leg, "*1")

        self._later(press)

    def agent_refers(self) -> None:
        target = self.chance.choice((*QUEUES, *COLLEAGUES))
        self._scene.refers(self._leg(self._one_talking()), target)

    def agent_consults(self) -> None:
        """An attended transfer by the phone itself (REFER with Replaces)."""
        talking = self._one_talking()
        target = self.chance.choice((*QUEUES, *COLLEAGUES))
        agent, leg = self._agent(talking), self._leg(talking)
        after = self.chance.choice((1, 3, 5))

        def consult(scene: Scene) -> None:
            consulting = scene.pair.place(f"PJSIP/{target}@{agent}", Application="Wait", Data=60)
            scene.rests(after)
            scene.refers_to_call(leg, consulting, target)
            scene.rests(4)
            scene.outside.action("Hangup", Channel=consulting)

        self._later(consult)

    def agent_holds(self) -> None:
        agent = self._agent(self._one_talking())
        known = [event for event in self.outside.events if event.get("Event") == "Newchannel"]
        takes_back, rests = self.chance.random() < 0.6, self.chance.choice((1, 2))

        def hold(scene: Scene) -> None:
            scene.outside.events[:] = known
            with taken_over(scene.pair, agent) as phone:
                phone.hold()
                scene.rests(rests)
                if takes_back:
                    phone.take_back()
                    scene.rests(1)
                phone.hang_up()

        self._later(hold)

    def agent_dials(self) -> None:
        target = self.chance.choice((*COLLEAGUES, "1001", "013912345678", "7201"))
        limit = self.chance.choice((3, 6))
        self.outside.action(
            "Originate", f"TIMEOUT(absolute)={limit}", Channel=f"PJSIP/{target}@{self.chance.choice(PHONES)}",
            Application="Wait", Data=30, Async="true",
        )  # fmt: skip

    def registers(self) -> None:
        what = self.chance.choice(("PJSIPUnregister", "PJSIPRegister", "PJSIPRegister"))
        self.outside.action(what, Registration=self.chance.choice(PHONES))

    # --- the manager ----------------------------------------------------------------------------------------------

    def ami_moves_waiting(self) -> None:
        waiting, place = self._one_waiting(), self._place()
        self.ami.action("Redirect", Channel=waiting["Channel"], **place)

    def _place(self) -> dict[str, object]:
        queue: dict[str, object] = {"Context": "callcenter-inbound", "Exten": self.chance.choice(QUEUES), "Priority": 1}
        wait: dict[str, object] = {"Context": "scenes", "Exten": self.chance.choice(("wait", "9")), "Priority": 1}
        return self.chance.choice((queue, wait))

    def ami_hangs_up_waiting(self) -> None:
        self.ami.action("Hangup", Channel=self._one_waiting()["Channel"])

    def ami_withdraws(self) -> None:
        waiting = self._one_waiting()
        self.ami.action("QueueWithdrawCaller", Queue=waiting["Queue"], Caller=waiting["Channel"])

    def ami_moves_talking(self) -> None:
        talking = self._one_talking()
        side = self.chance.choice(("Channel", "Channel", "DestChannel"))
        more: dict[str, object] = {}
        if self.chance.random() < 0.3:
            side = "Channel"
            more = {"ExtraChannel": talking["DestChannel"], "ExtraContext": "scenes", "ExtraExten": "wait"}
            more["ExtraPriority"] = 1
        self.ami.action("Redirect", Channel=talking[side], **self._place(), **more)

    def ami_hangs_up_talking(self) -> None:
        self.ami.action("Hangup", Channel=self._one_talking()[self.chance.choice(("Channel", "DestChannel"))])

    def ami_transfers(self) -> None:
        talking = self._one_talking()
        to = self.chance.choice((*QUEUES, *COLLEAGUES))
        what = self.chance.choice(("BlindTransfer", "BlindTransfer", "Atxfer"))
        self.ami.action(what, Channel=talking["DestChannel"], Exten=to, Context="callcenter-agents")
        if what == "Atxfer":
            leg, after = self._leg(talking), self.chance.choice((6, 8, 12))

            def complete(scene: Scene) -> None:
                scene.rests(after)
                scene.outside.action("Hangup", Channel=leg)

            self._later(complete)

    def ami_clicks(self) -> None:
        agent, to = self.chance.choice(PHONES), self.chance.choice((*COLLEAGUES, "013912345678", "7201", "1004"))
        self.ami.action(
            "Originate", Channel=f"PJSIP/{agent}", Context="callcenter-agents", Exten=to, Priority=1,
            CallerID=f"<{to}>", Async="true", Timeout=5000,
        )  # fmt: skip

    # --- members --------------------------------------------------------------------------------------------------

    def pauses(self) -> None:
        agent = self.chance.choice(PHONES)
        queue = {"Queue": f"q{self.chance.choice(QUEUES)}"} if self.chance.random() < 0.5 else {}
        paused = self.chance.random() < 0.35
        reason = {"Reason": self.chance.choice(REASONS)} if self.chance.random() < 0.8 else {}
        self.ami.action("QueuePause", Interface=f"PJSIP/{agent}", Paused=str(paused).lower(), **queue, **reason)

    def adds(self) -> None:
        agent, queue = self.chance.choice(PHONES), f"q{self.chance.choice(QUEUES)}"
        paused = {"Paused": "true", "Reason": "meal"} if self.chance.random() < 0.3 else {}
        self.ami.action(
            "QueueAdd", Queue=queue, Interface=f"PJSIP/{agent}", MemberName=f"Agent {agent}",
            Penalty=self.chance.randrange(4), **paused,
        )  # fmt: skip

    def removes(self) -> None:
        self.ami.action(
            "QueueRemove", Queue=f"q{self.chance.choice(QUEUES)}", Interface=f"PJSIP/{self.chance.choice(PHONES)}"
        )

    def changes_member(self) -> None:
        place = {"Interface": f"PJSIP/{self.chance.choice(PHONES)}"}
        if self.chance.random() < 0.5:
            self.ami.action("QueuePenalty", Penalty=self.chance.randrange(4), **place)
        else:
            self.ami.action("QueueMemberRingInUse", RingInUse=self.chance.choice(("yes", "no")), **place)


def _types(scene: Scene, leg: str, digits: str) -> None:
    for digit in digits:
        scene.outside.action("PlayDTMF", Channel=leg, Digit=digit, Duration=100)
        scene.rests(0.25)


WEIGHTED: dict[Callable[[Mix], None], int] = {
    Mix.calls: 45,
    Mix.behaves: 8,
    Mix.waiting_hangs_up: 2,
    Mix.waiting_presses_the_key: 3,
    Mix.customer_hangs_up: 3,
    Mix.customer_refers: 1,
    Mix.agent_hangs_up: 3,
    Mix.agent_presses: 5,
    Mix.agent_refers: 3,
    Mix.agent_consults: 3,
    Mix.agent_holds: 3,
    Mix.agent_dials: 3,
    Mix.registers: 2,
    Mix.ami_moves_waiting: 2,
    Mix.ami_hangs_up_waiting: 1,
    Mix.ami_withdraws: 1,
    Mix.ami_moves_talking: 3,
    Mix.ami_hangs_up_talking: 2,
    Mix.ami_transfers: 4,
    Mix.ami_clicks: 2,
    Mix.pauses: 4,
    Mix.adds: 2,
    Mix.removes: 2,
    Mix.changes_member: 2,
}
ACTS, WEIGHTS = list(WEIGHTED), list(WEIGHTED.values())


class Recorded(Struct):
    """What an account heard, and the book that Asterisk kept meanwhile."""

    heard: bytes
    queue_log: bytes


def record(seed: int, seconds: float, *, kills: bool = False) -> Recorded:
    """Plays a mix and keeps what is left of it; with `kills`, Asterisk is killed in the middle and later stopped."""
    with stage().open("1027", "1028") as pair:
        parts = [Part(pair, seed * 10 + place) for place in range(3 if kills else 1)]
        heard = b""
        for part, fault in zip(parts, (pair.centre.kill, pair.centre.stop, None) if kills else (None,), strict=True):
            heard += part.play(seconds / len(parts), fault)
        log = pair.centre.queue_log.read_bytes()
        return Recorded(*(scrubbed(content, pair.centre, pair.world) for content in (heard, log)))


class Part(Struct):
    """A stretch of a mix on one connection, until a fault or its quiet end."""

    pair: Pair
    seed: int

    def play(self, seconds: float, fault: Callable[[], None] | None) -> bytes:
        """What was heard."""
        recorder = Recorder(self.pair.centre.plan.pbx, self.pair.centre.plan.pbx.username)
        recorder.survey(1)
        mix = Mix(self.pair, self.seed)
        mix.run(seconds)
        if fault is not None:
            fault()
            heard = recorder.stop()
            mix.close()
            self._come_back()
            return heard
        mix.close()
        self._end_calls()
        recorder.survey(2)
        threading.Event().wait(1)
        return recorder.stop()

    def _come_back(self) -> None:
        self.pair.centre.boot()
        with Ami(self.pair.world.plan.pbx) as outside:
            for phone in PHONES:
                outside.action("PJSIPRegister", Registration=phone)

    def _end_calls(self) -> None:
        with closing(Scene(self.pair, "72")) as last:
            # Who called hangs up first: of two sides that go in the same moment nobody can say who ended the ring.
            for event in last.outside.listing("CoreShowChannels"):
                if event.get("Uniqueid", "").startswith("world-"):
                    last.outside.action("Hangup", Channel=event["Channel"])
            last.rests(1)
            for ami in (last.outside, last.ami):
                for channel in [event["Channel"] for event in ami.listing("CoreShowChannels") if "Channel" in event]:
                    ami.action("Hangup", Channel=channel)
            last.pair.quieten()
