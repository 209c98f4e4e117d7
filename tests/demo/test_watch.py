"""Watching the feed: entities as a panel would have them, and delays from the events' own times."""

import asyncio
from typing import Any

from callcenter.demo.watch import Delays, Live, Watch

SNAPSHOT = {"type": "snapshot", "entities": {"gauges": {"*": {"waiting": 0}}, "visits": {"v1": {"joined_at": 90.0}}}}


def delta(changed: dict[str, Any], removed: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "delta", "changed": changed, "removed": removed or {}}


def test_deltas_change_what_the_snapshot_told() -> None:
    watch = Watch()
    watch.take(SNAPSHOT, 100.0)
    watch.take(delta({"gauges": {"*": {"waiting": 2}}, "seats": {"s": {"state": "ready"}}}, {"visits": ["v1"]}), 101.0)
    assert watch.show("gauges", "waiting") == 2
    assert watch.show("seats", "state", "s") == "ready"
    assert watch.entities["visits"] == {}
    assert watch.show("figures", "offered") is None


def test_delays_are_measured_for_what_asterisk_told_and_for_nothing_else() -> None:
    watch = Watch()
    watch.take(SNAPSHOT, 100.0)
    watch.take(delta({"visits": {"v2": {"joined_at": 100.9}, "v1": {"position": 1}}}), 101.0)
    watch.take(
        delta({"seats": {"a": {"state": "talking", "since": 101.95}, "b": {"state": "ready", "since": 90}}}), 102.0
    )
    watch.take(delta({"seats": {"a": {"state": "on_hold"}}}), 103.0)
    watch.take({"type": "heartbeat"}, 104.0)
    assert watch.measured() == Live(deltas=3, event_to_client_ms=Delays(p50=100.0, p99=100.0))


def test_nothing_measured_is_nothing() -> None:
    assert Watch().measured() == Live(deltas=0, event_to_client_ms=Delays(p50=None, p99=None))


async def test_until_waits_for_the_frame_that_makes_it_so() -> None:
    watch = Watch()
    waiting = asyncio.create_task(watch.until(lambda: watch.show("gauges", "waiting") == 1))
    await asyncio.sleep(0)
    watch.take(delta({"gauges": {"*": {"waiting": 3}}}), 1.0)
    await asyncio.sleep(0)
    assert not waiting.done()
    watch.take(delta({"gauges": {"*": {"waiting": 1}}}), 2.0)
    await asyncio.wait_for(waiting, 1)
