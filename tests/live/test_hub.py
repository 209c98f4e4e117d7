"""The hub: numbered frames, made once; what a client merges is what a fresh snapshot says."""

import asyncio
import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from callcenter.floor import events as e
from callcenter.floor.changes import Delta, Entities, merged
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId
from callcenter.live import hub as hub_module
from callcenter.live.hub import KEPT_FRAMES, Hub, text_frame
from callcenter.live.keeper import Keeper
from callcenter.live_answers import Frame
from tests.floor.stories import NOON, PBX, Diary


class Client:
    """A mailbox that keeps its frames, and a client that merges them; `room` is how many frames still fit."""

    def __init__(self, room: int = 10**6) -> None:
        self.room = room
        self.frames: list[dict[str, Any]] = []
        self.refused = 0
        self.entities: Entities = {}

    @property
    def has_room(self) -> bool:
        return self.room > 0

    def deliver(self, frame: bytes) -> bool:
        if not self.has_room:
            self.refused += 1
            return False
        self.room -= 1
        message = json.loads(payload(frame))
        self.frames.append(message)
        if message["type"] == "snapshot":
            self.entities = message["entities"]
        elif message["type"] == "delta":
            self.entities = merged(self.entities, Delta(message["changed"], message["removed"]))
        return True

    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.frames]


def payload(frame: bytes) -> bytes:
    """The payload of one whole unmasked text frame."""
    assert frame[0] == 0x81
    start = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[start:]


FRAME: TypeAdapter[Frame] = TypeAdapter(Frame)


def test_frames_are_those_that_the_description_tells() -> None:
    day = Diary().directory("1001").signs_in("1001")
    hub, client = Hub(day.floor), Client()
    hub.join(client)
    hub.beat({PBX: 1.5})
    assert {kind for kind, views in client.entities.items() if views} >= {"links", "seats", "queues", "gauges"}
    for frame in client.frames:
        assert FRAME.validate_python(frame) == frame


def a_hub() -> tuple[Hub, Diary]:
    """A hub that listens to a diary's floor."""
    day = Diary().directory("1001").signs_in("1001")
    return Hub(day.floor), day


def tell(hub: Hub, day: Diary) -> None:
    """Makes the hub listen to everything that the diary writes from now on."""
    apply = day.apply

    def applied(event: e.AnyEvent) -> None:
        apply(event)
        hub.on_changes(event, day.last)

    day.apply = applied  # type: ignore[method-assign]


def as_json(entities: Entities) -> Entities:
    """Entities as a client sees them."""
    decoded: Entities = json.loads(hub_module._encode(entities))
    return {kind: views for kind, views in decoded.items() if views}


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_frames_are_those_of_rfc_6455(length: int) -> None:
    frame = text_frame(b"x" * length)
    header = frame[: len(frame) - length]
    if length < 126:
        assert header == bytes((0x81, length))
    else:
        assert header[1] == (126 if length < 65536 else 127)
        assert int.from_bytes(header[2:], "big") == length


async def test_what_happens_in_one_moment_is_one_frame() -> None:
    hub, day = a_hub()
    tell(hub, day)
    client = Client()
    hub.join(client)
    day.joins("first").joins("second").rings("1001", "first")
    assert client.kinds() == ["snapshot"]
    hub.flush()
    assert client.kinds() == ["snapshot", "delta"]
    assert [frame["seq"] for frame in client.frames] == [0, 1]
    assert {kind: views for kind, views in client.entities.items() if views} == as_json(day.floor.snapshot())
    hub.flush()
    assert client.kinds() == ["snapshot", "delta"], "nothing changed: no frame"


async def test_deltas_are_made_at_most_once_in_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first change is told at once, those that follow it together when the time has passed."""
    hub, day = a_hub()
    tell(hub, day)
    client = Client()
    hub.join(client)
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    deliver = client.deliver

    def delivered(frame: bytes) -> bool:
        told.set()
        return deliver(frame)

    monkeypatch.setattr(client, "deliver", delivered)
    day.joins("first")
    async with asyncio.timeout(10):
        await told.wait()
        first_at = loop.time()
        told.clear()
        day.joins("second")
        day.joins("third")
        await told.wait()
    assert loop.time() - first_at >= hub_module.FRAME_SECONDS * 0.9
    assert client.kinds() == ["snapshot", "delta", "delta"]


async def test_a_surprise_alone_is_shown() -> None:
    hub, day = a_hub()
    tell(hub, day)
    client = Client()
    hub.join(client)
    day.tell(e.CallerGone, "support", "nobody", 1, 1, 3.0)
    hub.flush()
    assert client.entities["gauges"]["*"]["surprises"] == 1


async def test_coming_back_gets_exactly_what_was_missed() -> None:
    hub, day = a_hub()
    tell(hub, day)
    client = Client()
    hub.join(client)
    day.joins("first")
    hub.flush()
    hub.leave(client)
    assert hub.clients == 0
    for caller in ("second", "third"):
        day.joins(caller)
        hub.flush()
    before = len(client.frames)
    hub.join(client, hub.epoch, client.frames[-1]["seq"])
    assert [(frame["type"], frame["seq"]) for frame in client.frames[before:]] == [("delta", 2), ("delta", 3)]
    assert {kind: views for kind, views in client.entities.items() if views} == as_json(day.floor.snapshot())


@pytest.mark.parametrize(("epoch", "seq"), [("", -1), ("another", 1), (None, 99), (None, -1)])
async def test_coming_back_from_elsewhere_gets_a_snapshot(epoch: str | None, seq: int) -> None:
    hub, day = a_hub()
    tell(hub, day)
    day.joins("first")
    hub.flush()
    client = Client()
    hub.join(client, hub.epoch if epoch is None else epoch, seq)
    assert [(frame["type"], frame["seq"]) for frame in client.frames] == [("snapshot", 1)]
    assert client.frames[0]["epoch"] == hub.epoch


async def test_only_so_many_frames_are_kept() -> None:
    hub, _ = a_hub()
    for number in range(KEPT_FRAMES + 10):
        hub.put("lists", "1", {"id": number})
        hub.flush()
    assert len(hub._backlog) == KEPT_FRAMES
    kept, forgotten = Client(), Client()
    hub.join(kept, hub.epoch, 10)
    hub.join(forgotten, hub.epoch, 9)
    assert (len(kept.frames), forgotten.kinds()) == (KEPT_FRAMES, ["snapshot"])


async def test_who_does_not_read_is_left_behind_and_gets_a_snapshot_later() -> None:
    hub, day = a_hub()
    tell(hub, day)
    slow, quick = Client(room=2), Client()
    hub.join(slow)
    hub.join(quick)
    for number in range(6):
        day.joins(f"caller {number}")
        hub.flush()
    assert (slow.kinds(), slow.refused) == (["snapshot", "delta"], 1)
    assert quick.kinds() == ["snapshot", *["delta"] * 6]
    slow.room = 10
    day.joins("last")
    hub.flush()
    day.gives_up("last")
    hub.flush()
    assert slow.kinds() == ["snapshot", "delta", "snapshot", "delta"]
    assert slow.entities == quick.entities


async def test_no_snapshot_is_made_for_who_has_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, day = a_hub()
    tell(hub, day)
    hub.join(Client(room=1))
    monkeypatch.setattr(hub, "snapshot_frame", lambda: pytest.fail("a snapshot in vain"))
    for number in range(5):
        day.joins(f"caller {number}")
        hub.flush()


async def test_one_snapshot_serves_all_who_join_between_two_deltas() -> None:
    hub, day = a_hub()
    tell(hub, day)
    first = hub.snapshot_frame()
    assert hub.snapshot_frame() is first
    day.joins("caller")
    hub.flush()
    assert hub.snapshot_frame() is not first


async def test_entities_of_others() -> None:
    """Figures and lists are put, or shown when they are touched; they may go again."""
    hub, _ = a_hub()
    client = Client()
    hub.join(client)
    views: dict[str, dict[str, Any]] = {"*": {"offered": 1}}
    hub.show("figures", views.get)
    hub.touch({("figures", "*")})
    hub.put("lists", "1", {"id": "1", "state": "running"})
    hub.flush()
    assert (client.entities["figures"], client.entities["lists"]["1"]["state"]) == ({"*": {"offered": 1}}, "running")
    hub.put("lists", "1", {"id": "1", "state": "stopped"})
    hub.flush()
    assert client.frames[-1]["changed"] == {"lists": {"1": {"state": "stopped"}}}
    hub.put("lists", "1", None)
    hub.flush()
    assert client.frames[-1]["removed"] == {"lists": ["1"]}
    assert hub._others == {}


async def test_a_heartbeat_comes_and_brings_back_who_was_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "HEARTBEAT_SECONDS", 0)
    hub, day = a_hub()
    tell(hub, day)
    steady, slow = Client(), Client(room=1)
    hub.join(steady)
    hub.join(slow)
    day.joins("caller")
    hub.flush()
    slow.room = 10
    beating = asyncio.create_task(hub.heartbeat(lambda: {"pbx1": 0.5}))
    async with asyncio.timeout(10):
        while len(slow.frames) < 3:  # noqa: ASYNC110 - the heartbeat's own sleep is what is waited for
            await asyncio.sleep(0)
    beating.cancel()
    assert steady.kinds()[:3] == ["snapshot", "delta", "heartbeat"]
    assert slow.kinds()[:3] == ["snapshot", "snapshot", "heartbeat"]
    assert steady.frames[2]["seq"] == hub.seq
    assert steady.frames[2]["links"] == {"pbx1": 0.5}


async def test_the_hub_is_a_listener_of_the_keeper() -> None:
    keeper = Keeper(Floor())
    hub = Hub(keeper.floor)
    keeper.listen(hub.on_changes)
    client = Client()
    hub.join(client)
    keeper.tell(e.Ticked(PBX, NOON))
    keeper.tell(e.Ticked(PBX, NOON + 1))
    keeper.tell(e.CallerJoined(PBX, NOON + 2, "support", ChannelId("c"), CallId("c"), "138", "", 1))
    hub.flush()
    assert {kind: views for kind, views in client.entities.items() if views} == as_json(keeper.floor.snapshot())
