"""The ticker: tells the keeper that time passes, so that what falls due without an event happens on time."""

import asyncio

from callcenter.floor.events import Ticked
from callcenter.live.keeper import Keeper

TICK_SECONDS = 0.25
"""How late the end of a wrap-up may be shown; its recorded instant is exact."""


async def tick(keeper: Keeper) -> None:
    """Runs until cancelled. Only PBXs at which something can fall due are told."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        for site in list(keeper.floor.sites.values()):
            if site.wrapping_up:
                keeper.tell(Ticked(site.pbx, keeper.pbx_time(site.pbx)))
