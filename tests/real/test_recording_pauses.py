"""A recording that is paused in a call, by the API and by a code of the phone: nothing said then is in any file."""

import io
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy
import pytest
from numpy.typing import NDArray

from callcenter.accounts.rules import Role
from callcenter.demo.world import centre_and_world
from callcenter.settings import RecordingSettings, Settings
from tests.real.conftest import LI_NA, Pair, running, serving_pair
from tests.real.feed import Feed, cookie_of
from tests.serving import PANEL, Serving

pytestmark = pytest.mark.real

SEAT = "PJSIP/1001"
SIDES = ("mix", "customer", "agent")
PAUSE_SECONDS = 5.0
LIMIT_SECONDS = 8.0
CUSTOMER_HZ, CARD_HZ, AGENT_HZ = 700, 1000, 440
"""What the customer's side plays, what it plays instead of a card's number, and what the agent's side plays."""
FRAME_SECONDS = 0.1
IN_STEP_SECONDS = 0.3
"""Silence and mark agree so far: the time that an event and the audio take on a busy machine."""

TONES = """
[tones]
; Each begins to keep what it hears.
exten => customer,1,MixMonitor({run}/customer.wav,r({run}/customer_hears.wav))
 same => n,Goto({customer},1)
exten => agent,1,MixMonitor({run}/agent.wav,r({run}/agent_hears.wav))
 same => n,Goto({agent},1)
exten => _X.,1,Playtones(${{EXTEN}})
 same => n,Wait(600)
"""


@contextmanager
def pair_with_tones(settings: Settings) -> Iterator[Pair]:
    """A centre and a world whose people can play tones."""
    centre, world = centre_and_world(settings)
    folder = world.plan.run / "etc/callcenter"
    with (folder / "modules.conf").open("a") as modules:
        modules.write("\nload = app_playtones.so\n")
    with (folder / "extensions.conf").open("a") as dialplan:
        dialplan.write(TONES.format(run=world.plan.run, customer=CUSTOMER_HZ, agent=AGENT_HZ))
    with running(centre, world) as pair:
        yield pair


@pytest.fixture(scope="module")
def pair(centre_settings: Settings) -> Iterator[Pair]:
    recordings = RecordingSettings(encoding="wav", pause_limit_seconds=LIMIT_SECONDS)
    with pair_with_tones(centre_settings.model_copy(update={"recordings": recordings})) as pair:
        yield pair


@pytest.fixture(scope="module")
def server(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving_pair(pair, tmp_path_factory.mktemp("centre"), LI_NA) as server:
        yield server


def lasts(seconds: float) -> None:
    """So long what goes on goes on: a talk, a pause."""
    threading.Event().wait(seconds)


class Talk:
    """A customer and agent 1001 who talk in tones, a program of the agent's, and a panel that watches."""

    def __init__(self, pair: Pair, server: Serving, feed: Feed) -> None:
        self.pair, self.feed = pair, feed
        self.http = self.client(server, "li-na")
        self.reviewer = self.client(server, Role.QA)
        pair.behave("1001", do="answer", after=0.2, talk=0)
        assert self.http.post(f"api/seats/pbx1/{SEAT}/sign-in", json={"queues": ["support"]}).is_success
        self.customer = pair.customer_calls("4000")
        self.shown(lambda seat: seat["state"] == "talking" and seat["is_recorded"])
        self.call_id = str(feed.seat(SEAT)["call_id"])
        pair.outside.action("Ping")  # whatever was said before the answer has been read then
        self.agent = [event for event in pair.outside.of("Newchannel") if event["Exten"] == "1001"][-1]["Uniqueid"]
        self.plays(self.customer, "customer")
        self.plays(self.agent, "agent")

    @staticmethod
    def client(server: Serving, user: str) -> httpx.Client:
        return httpx.Client(base_url=server.url, headers=PANEL | {"Cookie": cookie_of(server.url, user)}, timeout=15)

    def shown(self, holds: Callable[[dict[str, Any]], bool], seconds: float = 30) -> None:
        self.feed.until(lambda: holds(self.feed.seat(SEAT)), seconds)

    def plays(self, channel_id: str, what: object) -> None:
        place = {"Context": "tones", "Exten": what, "Priority": 1}
        answer = self.pair.outside.action("Redirect", Channel=self.pair.channel(channel_id), **place)
        assert answer["Response"] == "Success", answer

    def asks(self, what: str, result: str = "done") -> None:
        answer = self.http.post(f"api/seats/pbx1/{SEAT}/{what}-recording", json={"call_id": self.call_id})
        assert (answer.status_code, answer.json()["result"]) == (200, result), answer.text

    def presses(self, code: str) -> None:
        for digit in code:
            answer = self.pair.outside.action(
                "PlayDTMF", Channel=self.pair.channel(self.agent), Digit=digit, Duration=150
            )
            assert answer["Response"] == "Success", answer
            lasts(0.3)

    def says_the_card(self, seconds: float) -> None:
        """The card's number, and some time before and after it in which nothing is said that matters."""
        self.plays(self.customer, CARD_HZ)
        lasts(seconds)
        self.plays(self.customer, CUSTOMER_HZ)
        lasts(0.5)

    def ends(self) -> dict[str, Any]:
        """Hangs up; the one recording of the call, once it is told."""
        self.pair.outside.action("Hangup", Channel=self.pair.channel(self.customer))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = self.reviewer.get(f"api/calls/pbx1/{self.call_id}")
            told = answer.json()["recordings"] if answer.is_success else []
            if told and told[0]["state"] == "ready" and answer.json()["conversations"]:
                [recording] = told
                return dict(recording)
            lasts(0.2)
        raise AssertionError("the recording is not told")

    def sound(self, recording: dict[str, Any], side: str) -> "Sound":
        answer = self.reviewer.get(f"api/recordings/{recording['id']}/audio", params={"side": side})
        return Sound.of(io.BytesIO(answer.raise_for_status().content))

    def heard(self, who: str) -> "Sound":
        """What the customer or the agent has heard in the call, which is over."""
        path = self.pair.world.plan.run / f"{who}_hears.wav"
        deadline = time.monotonic() + 30
        while path.stat().st_size < 10_000:
            assert time.monotonic() < deadline, "nothing was heard"
            lasts(0.1)
        return Sound.of(path)


class Sound(NamedTuple):
    """One channel of audio."""

    samples: NDArray[numpy.float64]
    rate: int

    @classmethod
    def of(cls, file: Path | io.BytesIO) -> "Sound":
        with wave.open(str(file) if isinstance(file, Path) else file) as audio:
            samples = numpy.frombuffer(audio.readframes(audio.getnframes()), dtype="<i2")
            return cls(samples.astype(float), audio.getframerate())

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def power(self, hertz: int) -> NDArray[numpy.float64]:
        """How loud a tone is in each frame, 0 to 1."""
        size = int(self.rate * FRAME_SECONDS)
        frames = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        turning = numpy.exp(-2j * numpy.pi * hertz * numpy.arange(size) / self.rate)
        loudness: NDArray[numpy.float64] = numpy.abs(frames @ turning) * 2 / size / 32768
        return loudness

    def silences(self, longest: float = 1.0) -> list[tuple[float, float]]:
        """The stretches of at least so many seconds in which there is no sound at all."""
        loud = numpy.flatnonzero(numpy.abs(self.samples) > 16)
        edges = [0, *loud.tolist(), len(self.samples)]
        pairs = pairwise(edges)
        return [(one / self.rate, two / self.rate) for one, two in pairs if two - one >= longest * self.rate]


TONE = 0.02
"""A tone is there; what leaks of the others into a frame is less than a tenth of it."""


def check_gap(talk: Talk, recording: dict[str, Any], tones: dict[str, int]) -> None:
    """The one mark of the recording is a silence in all three files, in step, and the card is in none of them."""
    [pause] = recording["pauses"]
    began, ended = (pause[name] - recording["began_at"] for name in ("began_at", "ended_at"))
    lengths = []
    for side in SIDES:
        sound = talk.sound(recording, side)
        lengths.append(sound.seconds)
        [silence] = [one for one in sound.silences() if one[1] > began and one[0] < ended]
        assert silence[0] == pytest.approx(began, abs=IN_STEP_SECONDS), side
        assert silence[1] == pytest.approx(ended, abs=IN_STEP_SECONDS), side
        assert sound.power(CARD_HZ).max() < TONE, side
        there = sound.power(tones[side]) > TONE
        frames = numpy.arange(len(there)) * FRAME_SECONDS
        # A key that is pressed stands in the place of the voice for a moment; where silence begins is asserted above.
        assert there[(frames > began - 1) & (frames < began - IN_STEP_SECONDS)].mean() > 0.5, side
        assert there[(frames > ended + 1) & (frames < sound.seconds - 1)].any(), side
    assert max(lengths) - min(lengths) < IN_STEP_SECONDS
    assert min(lengths) == pytest.approx(recording["duration_seconds"], abs=IN_STEP_SECONDS)


@pytest.fixture
def talk(pair: Pair, server: Serving) -> Iterator[Talk]:
    with Feed(server.url) as feed:
        talk = Talk(pair, server, feed)
        yield talk
        pair.quieten()
        talk.http.post(f"api/seats/pbx1/{SEAT}/sign-out")
        talk.http.close()
        talk.reviewer.close()


HEARD = {"mix": CUSTOMER_HZ, "customer": CUSTOMER_HZ, "agent": AGENT_HZ}


def test_a_card_number_said_in_a_pause_is_in_no_file_and_both_hear_each_other(talk: Talk) -> None:
    lasts(2)
    before = time.time()
    talk.asks("pause")
    paused = time.time()
    assert talk.http.post(f"api/seats/pbx1/{SEAT}/ready").is_success  # its answer shows the seat, too
    talk.shown(lambda seat: seat["recording_paused_since"] is not None)
    talk.asks("pause", "already")
    talk.says_the_card(PAUSE_SECONDS - 1)
    lasts(max(0.0, paused + PAUSE_SECONDS - time.time()))
    asked = time.time()
    talk.asks("resume")
    resumed = time.time()
    talk.shown(lambda seat: seat["is_recorded"] and seat["recording_paused_since"] is None)
    lasts(3)
    recording = talk.ends()
    [pause] = recording["pauses"]
    assert pause["is_certain"]
    length = pause["ended_at"] - pause["began_at"]
    assert asked - paused - 0.05 <= length <= resumed - before + 0.05
    assert length >= PAUSE_SECONDS - 0.05
    check_gap(talk, recording, HEARD)
    # They talked on meanwhile: the agent heard the card, the customer the agent, without a gap.
    assert (talk.heard("agent").power(CARD_HZ) > TONE).sum() * FRAME_SECONDS > PAUSE_SECONDS - 2
    assert talk.heard("agent").silences() == []
    assert talk.heard("customer").silences() == []


def test_the_agent_pauses_and_resumes_by_a_code_of_the_phone(talk: Talk) -> None:
    lasts(2)
    talk.presses("*3")
    talk.shown(lambda seat: seat["recording_paused_since"] is not None)
    talk.says_the_card(2)
    talk.presses("*4")
    talk.shown(lambda seat: seat["recording_paused_since"] is None)
    lasts(3)
    check_gap(talk, talk.ends(), HEARD)


def test_a_pause_that_is_forgotten_ends_by_itself(talk: Talk) -> None:
    lasts(2)
    talk.asks("pause")
    talk.shown(lambda seat: seat["recording_paused_since"] is not None)
    talk.shown(lambda seat: seat["is_recorded"] and seat["recording_paused_since"] is None, LIMIT_SECONDS + 30)
    lasts(3)
    recording = talk.ends()
    [pause] = recording["pauses"]
    assert LIMIT_SECONDS <= pause["ended_at"] - pause["began_at"] < LIMIT_SECONDS + 10
    check_gap(talk, recording, HEARD)


def test_a_pause_ends_with_the_call(talk: Talk) -> None:
    lasts(2)
    talk.asks("pause")
    talk.says_the_card(1)
    recording = talk.ends()
    [pause] = recording["pauses"]
    assert pause["ended_at"] - recording["began_at"] == pytest.approx(recording["duration_seconds"], abs=0.5)
    for side in SIDES:
        assert talk.sound(recording, side).power(CARD_HZ).max() < TONE, side


def test_a_colleague_pauses_the_recording_of_a_call_that_is_made_at_the_other_phone(
    pair: Pair, server: Serving
) -> None:
    """Between agents the channel of the one who dialled is recorded; either of them pauses it."""
    other = "PJSIP/1002"
    with Feed(server.url) as feed, Talk.client(server, Role.SUPERVISOR) as http:

        def show(*, paused: bool) -> None:
            feed.until(lambda: all(feed.seat(one)["is_recorded"] for one in (SEAT, other)), 30)
            feed.until(
                lambda: all((feed.seat(one)["recording_paused_since"] is not None) == paused for one in (SEAT, other)),
                30,
            )

        pair.behave("1002", do="answer", after=0.2, talk=0)
        pair.dial("1001", "1002")
        feed.until(lambda: bool(feed.entities) and feed.seat(other)["state"] == "talking", 30)
        show(paused=False)
        call = {"call_id": feed.seat(other)["call_id"]}
        assert http.post(f"api/seats/pbx1/{other}/pause-recording", json=call).json()["result"] == "done"
        show(paused=True)
        assert http.post(f"api/seats/pbx1/{SEAT}/resume-recording", json=call).json()["result"] == "done"
        show(paused=False)
        pair.outside.action("Ping")  # whatever was said before the answer has been read then
        leg = [event for event in pair.outside.of("Newchannel") if event["Exten"] == "1002"][-1]["Channel"]
        for digit in "*3":
            pair.outside.action("PlayDTMF", Channel=leg, Digit=digit, Duration=150)
        show(paused=True)
    pair.quieten()
