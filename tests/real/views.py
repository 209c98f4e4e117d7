"""The three views of a floor, read at the same moment: the SIP phones', the panel's and Asterisk's; do they agree?"""

import re
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.real.ami import Ami, Message
from tests.real.conftest import Pair

PATIENCE_SECONDS = 120
"""More than the wrap-up time: a wrap-up that was ended early is over at once, and Asterisk rings when it has passed."""
PBX = "pbx1"

STATES = {
    "signed_out": "Signed out",
    "ready": "Ready",
    "ringing": "Ringing",
    "talking": "Talking",
    "on_hold": "On hold",
    "wrap_up": "Wrap-up",
    "paused": "Paused",
    "unreachable": "Unreachable",
}
"""The states of a seat as the panel writes them."""

LINES = {"ringing": "rings", "talking": "in a call", "on_hold": "in a call"}
"""What the line of a phone does in these states; in every other it is free."""

DEVICES = {"rings": "6", "in a call": "2", "free": "1"}
"""What Asterisk calls these in QueueMember; of a phone that is away, it is 5."""

FLOOR = """() => ({
  seats: Object.fromEntries(
    [...document.querySelectorAll("[data-seat]")].map((card) => [card.dataset.seat, card.innerText.split("\\n")]),
  ),
  callers: [...document.querySelectorAll('[aria-label="Waiting callers"] li')].map((one) => one.innerText),
  queues: [...document.querySelectorAll('[aria-label="Queues"] tbody tr')].map((row) =>
    [row.querySelector("th button"), row.querySelector('[data-label="Waiting"]'),
     row.querySelector('[data-label="Ready / members"]')].map((cell) => cell.innerText.trim())),
})"""
DESK = """() => ({
  state: document.querySelector('[aria-label="My state"] [role="status"]').innerText,
  below: document.querySelector('[aria-label="My state"] [role="status"] + *').innerText,
  number: document.querySelector('[aria-label="The call"] strong')?.innerText ?? "",
})"""
NUMBER = re.compile(r"\b\d{11}\b")

Words = dict[str, object]


@dataclass(frozen=True)
class Stands:
    """How a seat stands: its state, the queues that it is in with the penalty in each, why it is paused, whose call
    of which queue it has or had last, the pause that begins when the call ends, and whether its phone listens."""

    state: str = "signed_out"
    queues: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    number: str = ""
    queue: str = ""
    pending: str = ""
    listens: bool = False

    @property
    def line(self) -> str:
        """What the phone's line does."""
        return "in a call" if self.listens else LINES.get(self.state, "free")


@dataclass(frozen=True)
class Floor:
    """What there is to agree on: how the agents' seats stand, by number, and who waits in each queue, in order."""

    seats: Mapping[str, Stands]
    callers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Floors:
    """A floor page of the panel, and the agents and queues that whoever looks at it may see."""

    page: Page
    agents: Collection[str]
    queues: Collection[str]


class Views:
    """Reads what each of the three has. `labels` are those of queues and reasons, `wrap_up_seconds` that of queues."""

    def __init__(
        self,
        pair: Pair,
        floors: Collection[Floors],
        desks: Mapping[str, Page],
        labels: Mapping[str, str],
        wrap_up_seconds: float,
    ) -> None:
        self._pair, self._floors, self._desks, self._labels = pair, floors, desks, labels
        self._wrap_up_seconds = wrap_up_seconds

    def agree_on(self, floor: Floor) -> None:
        """Waits until phones, panel and Asterisk all have the floor like this; fails, telling who has it otherwise."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while differences := self._differences(floor):
            assert time.monotonic() < deadline, "\n".join(["the three views do not agree:", *differences])
            threading.Event().wait(0.1)

    def _differences(self, floor: Floor) -> list[str]:
        told = [*self._of_phones(floor), *self._of_asterisk(floor), *self._of_panel(floor)]
        return [f"{who}: has {has}, not {wanted}" for who, has, wanted in told if has != wanted]

    # --- the phones -------------------------------------------------------------------------------------------------

    def _of_phones(self, floor: Floor) -> list[tuple[str, Words, Words]]:
        """Whether each is registered and what its line does, as the phones themselves have it."""
        outside = self._pair.outside
        told = outside.listing("PJSIPShowRegistrationsOutbound")
        registered = {one["ObjectName"]: one["Status"] for one in told if one["Event"] == "OutboundRegistrationDetail"}
        channels = [one for one in outside.listing("CoreShowChannels") if "Channel" in one]
        rung = {one["Uniqueid"]: one["Exten"] for one in outside.of("Newchannel")}
        return [
            (
                f"the phone of {agent}",
                {"registration": registered.get(agent), "line": _line(_at_phone(channels, rung, agent))},
                {"registration": "Registered", "line": stands.line},
            )
            for agent, stands in floor.seats.items()
        ]

    # --- Asterisk ---------------------------------------------------------------------------------------------------

    def _of_asterisk(self, floor: Floor) -> list[tuple[str, Words, Words]]:
        """Members with their pause, channels and with whom they are bridged, who waits: as AMI tells it."""
        ami = self._pair.ami
        status = ami.listing("QueueStatus")
        channels = [one for one in ami.listing("CoreShowChannels") if "Channel" in one]
        seats = [
            (f"Asterisk of {agent}", self._seat_of(status, channels, agent, stands), self._wanted_of_asterisk(stands))
            for agent, stands in floor.seats.items()
        ]
        entries = sorted((one for one in status if one["Event"] == "QueueEntry"), key=lambda one: int(one["Position"]))
        lines: dict[str, list[str]] = {queue: [] for queue in floor.callers}
        for one in entries:
            lines[one["Queue"]].append(one["CallerIDNum"])
        wanted = {queue: list(numbers) for queue, numbers in floor.callers.items()}
        return [*seats, ("Asterisk's lines", dict(lines), dict(wanted))]

    def _seat_of(self, status: Collection[Message], channels: Collection[Message], agent: str, stands: Stands) -> Words:
        interface = f"PJSIP/{agent}"
        members = [one for one in status if one.get("Location") == interface]
        own = [one for one in channels if one["Channel"].startswith(f"{interface}-")]
        told: Words = {
            "queues": {one["Queue"]: int(one["Penalty"]) for one in members},
            "paused": {one["PausedReason"] if one["Paused"] == "1" else "" for one in members},
            "line": _line(own),
        }
        if members:
            # Each queue learns of a device by itself: for a moment they may say different things of it.
            told["device"] = ", ".join(sorted({one["Status"] for one in members}))
        if own and (others := _others(channels, own[0])):
            told |= {"with": others[0]["CallerIDNum"], "on hold": _is_on_hold(self._pair.ami, own[0])}
        if stands.state in ("ready", "wrap_up"):
            last = max((int(one["LastCall"]) for one in members), default=0)
            told["is left alone after a call"] = time.time() < last + self._wrap_up_seconds
        return told

    @staticmethod
    def _wanted_of_asterisk(stands: Stands) -> Words:
        paused = stands.reason or stands.pending
        wanted: Words = {
            "queues": dict(stands.queues),
            "paused": {paused} if stands.queues else set(),
            "line": stands.line,
        }
        if stands.queues:
            wanted["device"] = "5" if stands.state == "unreachable" else DEVICES[stands.line]
        if stands.state in LINES:
            wanted |= {"with": stands.number, "on hold": stands.state == "on_hold"}
        if stands.state in ("ready", "wrap_up"):
            wanted["is left alone after a call"] = stands.state == "wrap_up"
        return wanted

    # --- the panel --------------------------------------------------------------------------------------------------

    def _of_panel(self, floor: Floor) -> list[tuple[str, Words, Words]]:
        """Cards, queues and callers of each floor page, and what stands at each desk."""
        shown = [(f"floor page {nth}", *self._of_page(floor, one)) for nth, one in enumerate(self._floors)]
        desks = [
            (f"the desk of {agent}", dict(page.evaluate(DESK)), self._wanted_at_desk(floor.seats[agent]))
            for agent, page in self._desks.items()
        ]
        return [*shown, *desks]

    def _of_page(self, floor: Floor, shown: Floors) -> tuple[Words, Words]:
        told: dict[str, Any] = shown.page.evaluate(FLOOR)
        has: Words = {name.rpartition("/")[2]: _card(lines) for name, lines in told["seats"].items()}
        wanted: Words = {agent: self._wanted_on_card(floor.seats[agent]) for agent in shown.agents}
        has["callers"] = sorted(NUMBER.findall(one)[0] for one in told["callers"])
        wanted["callers"] = sorted(number for queue in shown.queues for number in floor.callers[queue])
        has["queues"] = sorted(map(tuple, told["queues"]))
        wanted["queues"] = sorted(self._wanted_in_row(floor, queue) for queue in shown.queues)
        return has, wanted

    def _wanted_on_card(self, stands: Stands) -> Words:
        words = [STATES[stands.state], self._labels.get(stands.reason), self._labels.get(stands.queue)]
        return {
            "state": " · ".join(word for word in words if word),
            "number": stands.number,
        }

    def _wanted_in_row(self, floor: Floor, queue: str) -> tuple[str, str, str]:
        members = [stands for stands in floor.seats.values() if queue in stands.queues]
        ready = sum(stands.state == "ready" for stands in members)
        return self._labels[queue], str(len(floor.callers[queue])), f"{ready} / {len(members)}"

    def _wanted_at_desk(self, stands: Stands) -> Words:
        queues = ", ".join(sorted(self._labels[queue] for queue in stands.queues)) or "In no queue"
        return {
            "state": " · ".join(filter(None, [STATES[stands.state], self._labels.get(stands.reason)])),
            "below": f"Then pause {self._labels[stands.pending]}" if stands.pending else queues,
            "number": stands.number if stands.state in LINES else "",
        }


def _at_phone(channels: Collection[Message], rung: Mapping[str, str], agent: str) -> list[Message]:
    """The channels of a phone in the world: those that it was called on, and those that it dialled with."""
    return [
        one for one in channels if rung.get(one["Uniqueid"]) == agent or one["Channel"].startswith(f"PJSIP/{agent}-")
    ]


def _line(channels: Collection[Message]) -> str:
    states = {one["ChannelStateDesc"] for one in channels}
    return "in a call" if "Up" in states else "rings" if states & {"Ring", "Ringing"} else "free"


def _others(channels: Collection[Message], own: Message) -> list[Message]:
    """Who is in the same bridge; while the phone rings, who waits for it."""
    key = "BridgeId" if own["ChannelStateDesc"] == "Up" else "Linkedid"
    return [one for one in channels if own.get(key) and one.get(key) == own[key] and one is not own]


def _is_on_hold(ami: Ami, own: Message) -> bool:
    told = (one for one in reversed(ami.events) if one.get("Linkedid") == own["Linkedid"])
    return next((one["Event"] for one in told if one.get("Event") in ("Hold", "Unhold")), "") == "Hold"


def _card(lines: Collection[str]) -> Words:
    """State and number of a card; what else stands there has no part in this."""
    state = next((one for one in lines if one.startswith(tuple(STATES.values()))), "")
    return {"state": state, "number": next((one for one in lines if NUMBER.fullmatch(one)), "")}
