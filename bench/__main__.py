"""`python -m bench [NAME…]`: runs the measurements and prints each beside its baseline; status 1 below a limit."""

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from bench import (
    alerts,
    audio,
    customers,
    delay,
    dialling,
    exporting,
    fanout,
    importing,
    memory,
    quality,
    queue_log,
    replaying,
    reports,
    scale,
    search,
    starting,
    throughput,
)

Rows = list[dict[str, object]]

MEASUREMENTS: dict[str, tuple[str, Callable[[], Rows], Callable[[Rows], bool]]] = {
    "throughput": (
        "AMI events through the whole path (unfiltered at least 2x, filtered at least 1x bare panoramisk)",
        throughput.measure,
        lambda rows: float(str(rows[0]["ratio"])) >= 2 and float(str(rows[1]["ratio"])) >= 1,
    ),
    "replay": (
        "Replay of a recorded stream to its figures (at least 2x bare panoramisk)",
        replaying.measure,
        lambda rows: float(str(rows[0]["ratio"])) >= 2,
    ),
    "scale": (
        "An event with many seats (at most 1.3x of what it costs with few)",
        scale.measure,
        lambda rows: all(float(str(row["ratio"])) <= 1.3 for row in rows),
    ),
    "memory": (
        "Memory after many calls (at most 1.1x of what it is after few)",
        memory.measure,
        lambda rows: all(float(str(row["ratio"])) <= 1.1 for row in rows),
    ),
    "fanout": (
        "CPU per delivered frame (at most 1.0x bare broadcast)",
        fanout.measure,
        lambda rows: float(str(rows[0]["ratio"])) <= 1.0,
    ),
    "delay": (
        "From AMI event to panel (p99 at most 250 ms, unchanged within 10 % by a stuck panel)",
        delay.measure,
        lambda rows: float(str(rows[0]["p99 ms"])) <= 250 and float(str(rows[1]["p99 ratio"])) <= 1.1,
    ),
    "alerts": (
        "An event at 500 seats with all alert rules on (at most 2x floor, figures and feed without any)",
        alerts.measure,
        lambda rows: float(str(rows[0]["ratio"])) <= 2,
    ),
    "audio": (
        "An hour of two legs listened through and joined (CPU at most 0.02 of its length, apart from the codec)",
        audio.measure,
        audio.holds,
    ),
    "queue_log": (
        "Lines of queue_log taken over (at least 100,000 a second into figures, 20,000 into SQLite)",
        queue_log.measure,
        lambda rows: int(str(rows[0]["lines/s"])) >= 100_000 and int(str(rows[1]["lines/s"])) >= 20_000,
    ),
    "dialling": (
        "Calls placed a second through one Asterisk by the dialer (at least 0.8x bare Originate actions)",
        dialling.measure,
        lambda rows: float(str(rows[0]["ratio"])) >= dialling.LIMIT,
    ),
    "start": (
        "A start after kill -9 with a day of 100,000 calls in the journal (under 5 s)",
        starting.measure,
        lambda rows: float(str(rows[2]["seconds"])) < starting.LIMIT_SECONDS,
    ),
    "checkpoint": (
        "How long the loop waits for a checkpoint of 2,000 seats (at most 50 ms)",
        starting.measure_pause,
        lambda rows: float(str(rows[0]["checkpoint ms"])) <= starting.LIMIT_MS,
    ),
    "importing": (
        "100,000 rows of a file become targets (under 30 s), or customers, one in a hundred bad (under a minute)",
        importing.measure,
        importing.holds,
    ),
    "customers": (
        "Whose number it is, among a million customers (p95 under 20 ms)",
        customers.measure,
        customers.holds,
    ),
    "reports": (
        "Reports over two years (p95 at most 200 ms on PostgreSQL, 400 ms on SQLite; at most 1.5x a tenth of it; "
        "at least 2,000 closed calls/s)",
        reports.measure,
        reports.holds,
    ),
    "exporting": (
        "The loop while an export of 10,000 recordings is packed (no turn of it over 30 ms of CPU)",
        exporting.measure,
        exporting.holds,
    ),
    "quality": (
        "The report of quality by reviewer over 100,000 reviews (median at most 300 ms)",
        quality.measure,
        quality.holds,
    ),
    "search": (
        "Searches among five million recordings on PostgreSQL (p95 of all at most 300 ms)",
        search.measure,
        search.holds,
    ),
}


def main() -> None:
    """Runs the measurements named on the command line, or all."""
    console = Console()
    if unknown := [name for name in sys.argv[1:] if name not in MEASUREMENTS]:
        sys.exit(f"There is no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    kept = True
    for name in sys.argv[1:] or MEASUREMENTS:
        title, measure, holds = MEASUREMENTS[name]
        rows = measure()
        table = Table(*rows[0], title=title, title_justify="left")
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        console.print(table)
        if not holds(rows):
            kept = False
            console.print(f"[red]{name}: the limit is not kept[/red]")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
