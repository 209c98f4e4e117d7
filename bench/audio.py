"""An hour of two legs inspected and joined in stereo, beside sox doing the same steps: CPU as a share of it.

The steps of sox: level and length of each leg (`stats`), spans of sound (`silence`), joining (`-M`). The codec
(Opus) is shown apart. SHA-256 is in ours alone.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.recordings.sounds import hiss, pcm, spoken, write_wav

MINUTES = 60
SECONDS = MINUTES * 60
LIMIT = 0.02
SILENCE = ("silence", "-l", "1", "0.1", "-55d", "-1", "1.0", "-55d")

INSPECT = "from bench.audio import inspect; inspect({folder!r})"


def inspect(folder: str) -> None:
    """What the pipeline does of a recording apart from the codec: in a process of its own, to be measured."""
    from callcenter.recordings.processing import Job, listen_through

    legs = tuple(Path(folder) / f"{side}.wav" for side in ("agent", "customer"))
    row = listen_through(Job(1, legs[0], legs, Path(folder), "wav"))
    assert row["copy"]


def measure() -> list[dict[str, object]]:
    """Rows: ours, sox, and the codec alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        minute = pcm(spoken([(0.5, 6.0), (14.0, 28.0)], 60.0) + hiss(60.0))
        other = pcm(spoken([(5.0, 12.5), (30.0, 55.0)], 60.0) + hiss(60.0))
        agent = str(write_wav(folder / "agent.wav", minute * MINUTES))
        customer = str(write_wav(folder / "customer.wav", other * MINUTES))
        ours = _computed([sys.executable, "-c", INSPECT.format(folder=name)])
        sox = [_computed(["sox", leg, "-n", "stats"]) for leg in (agent, customer)]
        sox += [_computed(["sox", leg, str(folder / "spans.wav"), *SILENCE]) for leg in (agent, customer)]
        both = str(folder / "both.wav")
        sox.append(_computed(["sox", "-M", agent, customer, both]))
        codec = _computed(
            [_ffmpeg(), "-v", "error", "-y", "-i", both, "-b:a", "32k", "-c:a", "libopus", f"{both}.opus"]
        )
    rows = {"callcenter": ours, "sox": sum(sox), "Opus (apart)": codec}
    return [
        {
            "of": of,
            "CPU s": round(seconds, 2),
            "of audio length": round(seconds / SECONDS, 5),
            "to sox": _ratio(rows, of),
        }
        for of, seconds in rows.items()
    ]


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether the limit is kept."""
    return float(str(rows[0]["of audio length"])) <= LIMIT


def _ratio(rows: dict[str, float], of: str) -> float:
    return round(rows[of] / rows["sox"], 2)


def _ffmpeg() -> str:
    import imageio_ffmpeg

    found: str = imageio_ffmpeg.get_ffmpeg_exe()
    return found


def _computed(command: list[str]) -> float:
    """Seconds of CPU of a command and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
