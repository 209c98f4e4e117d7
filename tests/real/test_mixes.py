"""Everybody does what they like on a real Asterisk: the figures of what AMI said are those of its queue_log."""

from pathlib import Path

import pytest

from callcenter.asterisk.installation import Installation
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay_figures import replay_figures
from callcenter.floor.tally import Thresholds
from tests.real.mixes import record
from tests.replays.agreement import check_agreement

pytestmark = pytest.mark.real


@pytest.mark.parametrize(("seed", "kills"), [(11, False), (12, True)], ids=["a quiet end", "killed and stopped"])
def test_the_accounts_of_a_random_day_agree(
    asterisk_tree: Installation, tmp_path: Path, seed: int, *, kills: bool
) -> None:
    recorded = record(seed, 30, kills=kills)
    log = tmp_path / "queue_log"
    log.write_bytes(recorded.queue_log)
    (tmp_path / "heard.ami").write_bytes(recorded.heard)  # what is needed to see why, should they not agree
    figures, reading = replay_figures([recorded.heard], "pbx1", Thresholds(), records([log]))
    told = {name: value for name, value in figures["totals"].items() if value}
    print(f"seed {seed}: {told}, {len(figures['reconciliation']['explained'])} explained")  # noqa: T201
    assert reading.failures == {}
    check_agreement(figures, recorded.queue_log.decode())
    assert figures["totals"]["lost"] > 0 if kills else figures["totals"]["lost"] == 0
    assert len(figures["gaps"]) == (2 if kills else 0)
