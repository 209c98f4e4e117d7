"""What a recording sounds like: a stereo file, or the two legs of one, listened through once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import BadInput
from callcenter.floor.terms import Seconds
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.sound import open_sound
from callcenter.recordings.voices import Side, Span, Track, side_of, talk_over, tracks_of, waveform


@dataclass(frozen=True)
class Inspection:
    """One side a channel (of two, the agent first): its talk and silence, and `peaks` (voices.waveform).

    `rate` is the samples a second of the finer side. `is_repaired` when a file was cut off while it was written: its
    header is not believed.
    """

    duration_seconds: Seconds
    rate: int
    is_repaired: bool
    sides: list[Side]
    talk_over: list[Span]
    peaks: list[list[float]]

    @property
    def is_audible(self) -> bool:
        """Whether there is something to hear on any side."""
        return any(side.is_audible for side in self.sides)

    @property
    def talk_over_seconds(self) -> Seconds:
        """How long both sides talk at once."""
        return sum(end - start for start, end in self.talk_over)


def inspect_files(files: Sequence[Path]) -> Inspection:
    """Listens to one file, or to two legs (agent first). Raises BadInput, naming the file and what to do."""
    heard = [_listened(file) for file in files]
    if len(heard) > 1:
        for file, (tracks, _) in zip(files, heard, strict=True):
            if len(tracks) != 1:
                raise BadInput(f"{printable(file)}: a leg has one channel, not {len(tracks)}; give a stereo file alone")
    tracks = [track for of_file, _ in heard for track in of_file]
    return _inspection(tracks, any(is_cut for _, is_cut in heard))


def _inspection(tracks: Sequence[Track], is_repaired: bool) -> Inspection:
    duration = max(track.duration_seconds for track in tracks)
    sides = [side_of(track, duration) for track in tracks]
    over = talk_over(*sides) if len(sides) == 2 else []
    peaks = [waveform(track, duration) for track in tracks]
    rate = max(track.rate for track in tracks)
    return Inspection(duration, rate, is_repaired, sides, over, peaks)


def _listened(file: Path) -> tuple[list[Track], bool]:
    name = printable(file)
    try:
        if file.exists() and not file.is_file():
            raise BadInput(f"{name}: this is a folder or a device; give an audio file", field="file")
        with open_sound(file) as sound:
            return tracks_of(sound), sound.is_cut
    except FileNotFoundError:
        raise BadInput(f"{name}: there is no such file", field="file") from None
    except NotAudio as error:
        raise BadInput(f"{name}: {error}", field="file") from None
    except OSError as error:
        raise BadInput(f"{name}: it cannot be read ({error.strerror or error})", field="file") from None


def printable(path: Path) -> str:
    """The name as it can be shown on any terminal."""
    name = str(path)
    return name if name.isprintable() else ascii(name)[1:-1]
