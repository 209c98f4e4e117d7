"""The stored copy of a recording: both legs in one stereo file, agent left and customer right, small or as it was."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import imageio_ffmpeg

from callcenter.floor.terms import Seconds
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.sound import input_options

Encoding = Literal["opus", "mp3", "wav"]

ENCODINGS: Mapping[Encoding, Sequence[str]] = {
    "opus": ("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "48k", "-joint_stereo", "0", "-f", "mp3"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav"),
}
"""What ffmpeg is told: bits a second are of both sides together, of telephone speech."""
PART = ".part"
MEDIA_TYPES: Mapping[str, str] = {".opus": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav"}
JOINED = "[0:a]aresample={rate},apad[l];[1:a]aresample={rate},apad[r];[l][r]join=inputs=2:channel_layout=stereo[both]"


def store_copy(
    files: Sequence[Path], target: Path, encoding: Encoding, seconds: Seconds, rate: int, start: Seconds = 0.0
) -> None:
    """Writes the copy of one file, or of two legs (agent first), whole or not at all: so many seconds from `start`.

    Raises NotAudio where ffmpeg cannot, and OSError.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(PART, ".", target.parent)
    os.close(handle)
    part = Path(name)
    try:
        span = ("-ss", f"{start:.3f}", "-t", f"{seconds:.3f}")
        command = [*_command(files, rate), *span, "-threads", "1", *ENCODINGS[encoding]]
        done = subprocess.run([*command, f"file:{part}"], capture_output=True, check=False)  # noqa: S603 - no shell
        if done.returncode or not part.stat().st_size:
            raise NotAudio(done.stderr.decode("utf-8", "replace").strip()[-200:] or "nothing was written")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _command(files: Sequence[Path], rate: int) -> list[str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y", "-v", "error"]
    for file in files:
        command += ["-protocol_whitelist", "file,pipe", "-f", *input_options(file), "-i", f"file:{file}"]
    if len(files) > 1:
        command += ["-filter_complex", JOINED.format(rate=rate), "-map", "[both]"]
    return command


def remove_parts(folder: Path) -> None:
    """Removes what was being written when the server was stopped in the middle."""
    for part in folder.glob(f"*/.*{PART}"):
        part.unlink(missing_ok=True)
