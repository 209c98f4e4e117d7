"""Keeps the situations of tests/real as files: `python -m tests.replays.capture_situations`."""

import gzip
from pathlib import Path

from tests.real import transfers as _transfers  # noqa: F401 - its situations are on the stage
from tests.real.scenes import STAGE
from tests.real.situations import FORWARDED_TO, FORWARDING
from tests.replays.capture import scrubbed

HERE = Path(__file__).parent


def main() -> None:
    with STAGE.open(FORWARDING, FORWARDED_TO) as pair:
        heard, log, failures = STAGE.play(pair)
        assert not failures, failures
        lines = "".join("|".join(line) + "\n" for line in log).encode()
        for name, content in (("situations.ami", heard), ("situations.queue_log", lines)):
            packed = gzip.compress(scrubbed(content, pair.centre, pair.world), mtime=0)
            (HERE / f"{name}.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
