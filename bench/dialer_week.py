"""`python -m bench.dialer_week [--json]`: a simulated week of dialling, checked call by call; status 1 on violations.

Beside it the same week with one line for each free seat and with a fixed ratio of lines.
"""

import argparse
import json
import sys
import time

from bench.dialer_referee import violations, worst_window
from bench.dialer_world import (
    SETTINGS,
    TARGET_RATE,
    Pacer,
    Size,
    Week,
    one_line_a_seat,
    predictive,
    three_lines_a_seat,
)

LEAST_OCCUPANCY = 0.85
BASELINES: dict[str, Pacer] = {"one_line_per_agent": one_line_a_seat, "fixed_ratio_3": three_lines_a_seat}


def week_of(size: Size, pacer: Pacer) -> dict[str, object]:
    """Plays a week and measures it. Rates are 0–1."""
    week = Week(size, pacer)
    week.play()
    seconds = SETTINGS.abandon_window_seconds
    record, wanted = week.record(), week.busy_seconds + week.ready_seconds - week.starved_seconds
    return {
        "violations": violations(week),
        "abandon_rate_worst_window": round(worst_window(week.dials, seconds), 5),
        "abandon_rate": round(record.abandon_rate, 5),
        "occupancy": round(week.busy_seconds / wanted, 4),
        "occupancy_of_all_staffed_time": round(week.busy_seconds / (week.busy_seconds + week.ready_seconds), 4),
        "calls": len(week.dials),
        "answered": record.answered,
        "abandoned": record.abandoned,
        "answer_rate": round(record.answered / len(week.dials), 4),
        "targets": len(week.targets),
        "agents": size.agents,
    }


def result(size: Size) -> dict[str, object]:
    """The week and its baselines."""
    began = time.perf_counter()
    measured = week_of(size, predictive)
    baselines = {name: week_of(size, pacer) for name, pacer in BASELINES.items()}
    return measured | {"baselines": baselines, "seconds": round(time.perf_counter() - began, 1)}


def is_kept(measured: dict[str, object]) -> bool:
    """Whether the week keeps every promise."""
    counts = measured["violations"]
    assert isinstance(counts, dict)
    return (
        not any(counts.values())
        and float(str(measured["abandon_rate_worst_window"])) <= TARGET_RATE
        and float(str(measured["occupancy"])) >= LEAST_OCCUPANCY
    )


def main() -> None:
    """Plays, prints, judges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", type=int, default=30_000)
    options = parser.parse_args()
    measured = result(Size(targets=options.targets, seed=options.seed))
    if options.json:
        print(json.dumps(measured, indent=2))
    else:
        for name, value in measured.items():
            print(f"{name}: {value}")
    sys.exit(0 if is_kept(measured) else 1)


if __name__ == "__main__":
    main()
