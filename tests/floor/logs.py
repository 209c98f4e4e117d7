"""A queue_log beside a diary, written line by line, and what it tells of a gap."""

from callcenter.asterisk.gap_account import gap_account
from callcenter.asterisk.queue_log_lines import AnyRecord, parse
from callcenter.floor import events as e
from callcenter.floor.events import GapSettled
from tests.floor.stories import PBX, Diary, member, phone


class Log:
    """Writes at the diary's time; member names are those of `Diary.signs_in`: the interfaces."""

    def __init__(self, day: Diary) -> None:
        self.day = day
        self.lines: list[str] = []

    def writes(self, channel: str, queue: str, agent: str, event: str, *data: object) -> "Log":
        """A line, at the diary's time."""
        columns = (int(self.day.now), channel, queue, agent, event, *data)
        self.lines.append("|".join(map(str, columns)))
        return self

    def after(self, seconds: float) -> "Log":
        """Lets time pass, unheard."""
        self.day.after(seconds)
        return self

    def joins(self, caller: str, queue: str = "support", number: str = "13900139000") -> "Log":
        return self.writes(caller, queue, "NONE", "ENTERQUEUE", "", number, 1)

    def ends(self, caller: str, event: str, wait: int, queue: str = "support") -> "Log":
        """ABANDON and the other ends of those who were not answered."""
        data = (1, 1, wait) if event != "EXITWITHKEY" else (9, 1, 1, wait)
        return self.writes(caller, queue, "NONE", event, *data)

    def answers(self, agent: str, caller: str, leg: str, wait: int, queue: str = "support") -> "Log":
        return self.writes(caller, queue, phone(agent), "CONNECT", wait, leg, 2)

    def rings_out(self, agent: str, caller: str, seconds: int, event: str = "RINGNOANSWER") -> "Log":
        return self.writes(caller, "support", phone(agent), event, seconds * 1000)

    def completes(self, agent: str, caller: str, talk: int, event: str = "COMPLETECALLER") -> "Log":
        return self.writes(caller, "support", phone(agent), event, 5, talk, 1)

    def starts(self) -> "Log":
        return self.writes("NONE", "NONE", "NONE", "QUEUESTART")

    def settlement(self) -> GapSettled:
        """What this queue_log tells of the gap that the diary is in."""
        site = self.day.floor.sites[PBX]
        assert site.gap is not None
        assert site.gap.until is not None
        records: list[AnyRecord] = [record for line in self.lines if (record := parse(line)) is not None]
        known = e.DirectoryChanged(PBX, 0.0, tuple(site.agents.values()), tuple(site.rules.values()))
        return gap_account(records, known, site.gap.since, site.gap.until)

    def settles(self) -> Diary:
        """A second after the survey the gap is settled."""
        self.day.after(1)
        self.day.apply(self.settlement())
        return self.day


def reconnects(day: Diary, **found: object) -> Diary:
    """A new connection, and its survey of a PBX with agents 1001 and 1002 in one queue."""
    day.apply(e.ConnectionBegan(PBX, day.floor.sites[PBX].heard_at))
    usual = {"members": (member("1001"), member("1002")), "waiting": (), "channels": (), "devices": ()}
    day.tell(e.Surveyed, queues=("support",), **{**usual, **found})
    return day
