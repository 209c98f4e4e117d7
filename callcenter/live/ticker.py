"""The ticker: tells the keeper that time passes, so that what falls due without an event happens on time."""

import asyncio
from collections.abc import Callable

from callcenter.floor.events import Ticked
from callcenter.live.keeper import Keeper

TICK_SECONDS = 0.25
"""How late the end of a wrap-up may be shown; its recorded instant is exact."""


async def tick(keeper: Keeper, tell: Callable[[Ticked], None]) -> None:
    """Runs until cancelled. A PBX is told only when something falls due there, and no later instant than that."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        for site in list(keeper.floor.sites.values()):
            due_at = site.fell_due_at(keeper.pbx_time(site.pbx)) if site.wrapping_up else None
            if due_at is not None:
                tell(Ticked(site.pbx, due_at))
