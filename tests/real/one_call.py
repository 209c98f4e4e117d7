"""A server that has one recorded call of agent 1001, whose PBX is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.recordings.sounds import hiss, pcm, spoken, write_wav
from tests.serving import Serving, serving_with

LENGTH = 60.0
"""Of the call, in seconds; from 20 to 40 nobody speaks."""
SECONDS = "document.querySelector('audio').currentTime"
"""Where the player is, in the browser."""


@contextmanager
def serving_one_call(folder: Path, *users: Role | NewUser, began_at: float = NOON) -> Iterator[Serving]:
    """Serves it to these users."""
    recordings = folder / "recordings"
    sound = pcm(spoken([(0.5, 20.0), (40.0, 59.0)], LENGTH) + hiss(LENGTH))
    write_wav(recordings / Path(a_recording().path).name, sound, modified_at=began_at + LENGTH)
    settings = Settings(pbxs=(PbxSettings(port=1, recordings_folder=recordings),))
    with serving_with(folder, settings, *users, filled=partial(_note, began_at)) as server:
        yield server


async def _note(began_at: float, folder: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'var' / 'callcenter.db'}")
    recorder = Recorder(engine)
    end = began_at + LENGTH
    talk = {"began_at": began_at, "ended_at": end}
    recorder.note([a_recording(**talk), a_call(started_at=began_at - 0.25, answered_at=began_at, ended_at=end)])
    recorder.note([a_conversation(**talk, completed_at=end + 5)])
    await recorder.flush()
    await engine.dispose()
