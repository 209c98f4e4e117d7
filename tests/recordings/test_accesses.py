"""Who opened, heard and downloaded a recording is kept, told beside it and searched, and never changed."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.errors import BadInput
from callcenter.recordings.rules import checked_spans, joined_spans, length_of
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_recording
from tests.recordings.conftest import ENDED
from tests.recordings.sounds import tone, write_wav
from tests.serving import PANEL
from tests.web import Site

AUDIO = "/api/recordings/1/audio"
PLAY = "play-number-1"
PLAYED = f"/api/recordings/1/plays/{PLAY}"
LOG = "/api/recording-accesses"


@pytest.fixture
async def recorded(engine: AsyncEngine, folder: Path) -> None:
    write_wav(folder / Path(a_recording().path).name, tone(2.0), modified_at=ENDED)
    recorder = Recorder(engine)
    recorder.note([a_recording(), a_call()])
    await recorder.flush()


async def _log(client: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(LOG, params=query)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["accesses"]
    return told


async def test_a_play_in_a_hundred_pieces_is_opened_once(reviewer: AsyncClient) -> None:
    for start in range(100):
        part = {"Range": f"bytes={start * 300}-{start * 300 + 299}"}
        assert (await reviewer.get(AUDIO, params={"play": PLAY}, headers=part)).status_code == 206
    (only,) = await _log(reviewer)
    assert (only["kind"], only["username"], only["recording_id"]) == ("opened", "qa", 1)
    assert (only["pbx"], only["call_id"], only["number"]) == ("pbx1", a_call().call_id, a_call().number)
    assert only["at"] == ENDED + 20


async def test_sound_from_the_middle_without_a_player_is_a_download(reviewer: AsyncClient) -> None:
    await reviewer.get(AUDIO, headers={"Range": "bytes=1-"})
    await reviewer.get(AUDIO)
    assert [entry["kind"] for entry in await _log(reviewer)] == ["downloaded"]


async def test_what_gave_no_sound_is_no_access(reviewer: AsyncClient) -> None:
    assert (await reviewer.head(AUDIO)).status_code == 200
    assert (await reviewer.get(AUDIO, params={"side": "customer"})).status_code == 404
    assert await _log(reviewer) == []


async def test_spans_heard_are_told_with_their_play(reviewer: AsyncClient) -> None:
    await reviewer.get(AUDIO, params={"play": PLAY})
    for spans in ([[0, 1], [0.5, 1.5]], [[1.5, 1.75]]):
        assert (await reviewer.post(PLAYED, json={"spans": spans}, headers=PANEL)).status_code == 204
    await reviewer.get(AUDIO)
    downloaded, heard = (await reviewer.get("/api/recordings/1/accesses")).json()["accesses"]
    assert (downloaded["kind"], downloaded["spans"]) == ("downloaded", [])
    assert (heard["kind"], heard["spans"], heard["seconds"]) == ("heard", [[0, 1.75]], 1.75)
    assert [entry["spans"] for entry in await _log(reviewer, kind="heard")] == [[[1.5, 1.75]], [[0, 1.5]]]


async def test_a_play_that_was_not_begun_cannot_be_told_of(site: Site, reviewer: AsyncClient) -> None:
    await reviewer.get(AUDIO, params={"play": PLAY})
    async with await site.client(Role.SUPERVISOR) as other:
        assert (await other.post(PLAYED, json={"spans": [[0, 1]]}, headers=PANEL)).status_code == 404


@pytest.mark.parametrize("spans", [[], [[1, 1]], [[2, 1]], [[-1, 1]], [[0, 1e9]], [[0]], [["a", 1]], [[0, 1]] * 201])
async def test_spans_that_cannot_be_are_refused(reviewer: AsyncClient, spans: list[Any]) -> None:
    await reviewer.get(AUDIO, params={"play": PLAY})
    assert (await reviewer.post(PLAYED, json={"spans": spans}, headers=PANEL)).status_code == 422
    assert await _log(reviewer, kind="heard") == []


@pytest.mark.parametrize("play", ["short", "x" * 65, "with%20space", "a%00bcdefgh"])
async def test_a_play_is_a_plain_word(reviewer: AsyncClient, play: str) -> None:
    assert (await reviewer.get(f"{AUDIO}?play={play}")).status_code == 422


async def test_the_log_is_searched(site: Site, reviewer: AsyncClient) -> None:
    await reviewer.get(AUDIO, params={"play": PLAY})
    async with await site.client(Role.SUPERVISOR) as other:
        await other.get(AUDIO)
    by = {"who": {"who": "QA"}, "kind": {"kind": "opened"}}
    for query in by.values():
        assert [entry["username"] for entry in await _log(reviewer, **query)] == ["qa"]
    assert len(await _log(reviewer, number=a_call().number, recording=1)) == 2
    assert await _log(reviewer, number="138") == []
    assert await _log(reviewer, recording=2) == []
    assert await _log(reviewer, to=ENDED) == []
    first = (await reviewer.get(LOG, params={"limit": 1})).json()
    assert [entry["username"] for entry in first["accesses"]] == ["supervisor"]
    assert [entry["username"] for entry in await _log(reviewer, cursor=first["next"])] == ["qa"]
    assert (await reviewer.get(LOG, params={"who": "a\0"})).status_code == 422


async def test_who_listened_is_not_for_everybody(site: Site) -> None:
    async with await site.client(Role.SUPERVISOR) as supervisor:
        for address in (LOG, "/api/recordings/1/accesses"):
            assert (await supervisor.get(address)).status_code == 403
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.post(PLAYED, json={"spans": [[0, 1]]}, headers=PANEL)).status_code == 403
    async with site.stranger() as stranger:
        assert (await stranger.get(LOG)).status_code == 401


@pytest.mark.parametrize(
    "statement", ["UPDATE recording_accesses SET username = 'x'", "DELETE FROM recording_accesses"]
)
async def test_the_database_refuses_to_change_it(reviewer: AsyncClient, engine: AsyncEngine, statement: str) -> None:
    await reviewer.get(AUDIO)
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))


SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda one: (one[0], one[0] + one[1])))


@given(SPANS)
def test_joined_spans_hold_the_same_seconds_once(spans: list[tuple[int, int]]) -> None:
    joined = joined_spans(spans)
    seconds = {second for start, end in spans for second in range(start, end)}
    assert length_of(joined) == len(seconds)
    assert all(before[1] < after[0] for before, after in pairwise(joined))


def test_a_span_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInput):
        checked_spans([(float("nan"), 1.0)])
