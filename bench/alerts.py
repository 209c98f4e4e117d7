"""What the rules cost: an event through floor, figures and feed of 500 seats, with all rules on and without any.

Calls are told as Asterisk tells them (some thirty events each); a frame is made every hundred events, as in a busy
second. The turns of the two are interleaved, in one process.
"""

import asyncio
import statistics
import time
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from callcenter.alerts.alert import Effect
from callcenter.alerts.kinds import Rule, Scene
from callcenter.alerts.rules import KINDS
from callcenter.alerts.service import defaults_of
from callcenter.alerts.timetable import windows_of
from callcenter.alerts.watch import Watch
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from callcenter.floor.floor import Floor
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.reports.today import Today
from tests.floor.stories import NOON, Diary

SEATS = 500
QUEUES = 10
CALLS = 1_500
TURNS = 5
FRAME = 100
"""Events from one frame to the next."""

UTC = ZoneInfo("UTC")


def stream() -> list[AnyEvent]:
    """A busy half hour: every agent signs in to two queues; calls wait, ring, are held, and end; some pause."""
    day = Diary()
    agents = [str(1000 + number) for number in range(SEATS)]
    day.directory(*agents, wrap_up=10)
    day.tell(LinkChanged, LinkState.LIVE)
    for number, agent in enumerate(agents):
        for queue in (number % QUEUES, (number + 1) % QUEUES):
            day.signs_in(agent, f"q{queue}")
    for number in range(CALLS):
        agent, caller = agents[number * 7 % SEATS], f"caller {number}"
        day.joins(caller, f"q{number % QUEUES}").rings(agent, caller)
        if number % 5 == 0:
            day.does_not_answer(agent, caller).rings(agent, caller)
        day.answers(agent, caller).after(1).holds(agent).after(0.5).resumes(agent)
        day.hangs_up("caller", agent, caller)
        if number % 10 == 0:
            day.pauses(agent, "meal", f"q{number % QUEUES}")
    return day.events


def rules() -> Iterable[Rule]:
    """Every rule that comes with the server, those that are off turned on."""
    for kind in KINDS.values():
        for fields in kind.shipped:
            given = {**defaults_of(kind), **fields, "is_enabled": True}
            names = frozenset(given.pop("names"))
            windows, mail = windows_of(given.pop("windows")), tuple(given.pop("mail"))
            yield Rule(id=hash((kind.id, str(fields))) % 10**9, names=names, windows=windows, mail=mail, **given)


def one_turn(events: list[AnyEvent], *, with_rules: bool) -> tuple[float, int]:
    """Microseconds an event, and how many alerts came and went."""
    keeper = Keeper(Floor())
    hub = Hub(keeper.floor)
    today = Today(UTC, hub.touch, NOON)
    hub.show("figures", today.view)
    keeper.listen(today.on_changes)
    keeper.listen(hub.on_changes)
    alerts = [0]
    clock = [NOON]
    watch = _watch(keeper, hub, alerts, clock) if with_rules else None
    began = time.process_time()
    for number, event in enumerate(events):
        keeper.tell(event)
        if number % FRAME == 0:
            if watch is not None:
                clock[0] = event.at
                watch.judge()
            hub.next_frame()
    seconds = time.process_time() - began
    assert not keeper.failures
    if watch is not None:
        watch.close()
    return seconds / len(events) * 1e6, alerts[0]


def _watch(keeper: Keeper, hub: Hub, alerts: list[int], clock: list[float]) -> Watch:
    def note(effects: Iterable[Effect]) -> None:
        alerts[0] += len(list(effects))

    watch = Watch(Scene(keeper.floor, {"meal": 1800.0}, hub.view), UTC, hub.put, note, lambda: clock[0])
    keeper.listen(watch.on_changes)
    hub.follow(watch.on_touched)
    watch.set_rules(rules())
    return watch


def measure() -> list[dict[str, object]]:
    """The row of the result."""
    return asyncio.run(_measure())


async def _measure() -> list[dict[str, object]]:
    # The hub sets its timer on a loop; nothing is awaited, so that it never rings.
    events = stream()
    costs: dict[bool, list[float]] = {False: [], True: []}
    alerts = 0
    for _ in range(TURNS):
        for with_rules, found in costs.items():
            cost, alerts = one_turn(events, with_rules=with_rules)
            found.append(cost)
    without, with_all = statistics.median(costs[False]), statistics.median(costs[True])
    ratios = [b / a for a, b in zip(costs[False], costs[True], strict=True)]
    return [
        {
            "seats": SEATS,
            "rules": len(list(rules())),
            "events": len(events),
            "alerts": alerts,
            "without µs/event": round(without, 1),
            "all rules µs/event": round(with_all, 1),
            "ratio": round(statistics.median(ratios), 2),
        }
    ]
