"""The survey after the call on a real Asterisk: who is asked, what is counted, and what a low answer leads to."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, QueueSettings, SurveySettings
from tests.real.ami import Message
from tests.real.conftest import Pair, running_pair
from tests.serving import PANEL, PASSWORD, add_users, serving, write_settings

pytestmark = pytest.mark.real

PATIENCE_SECONDS = 60
QUESTION = SurveySettings(question="vm-enter-num-to-call", answer_seconds=4, tries=2)
"""The core sounds of Asterisk have no such question: any sentence that waits for a digit does here."""


@pytest.fixture
def pair() -> Iterator[Pair]:
    queues = {
        "support": QueueSettings(extension="4000", wrap_up_seconds=0, survey=QUESTION),
        "sales": QueueSettings(extension="4001", wrap_up_seconds=0),
    }
    agents = (
        AgentSettings(number="1001", name="Li Na", team="day", queues=tuple(queues)),
        AgentSettings(number="1002", name="Wang Wei"),
    )
    with running_pair(OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.sign_in("1001")
        pair.behave("1001", after=0, talk=3)
        yield pair


def talked(pair: Pair, number: str) -> tuple[str, str]:
    """A caller whose agent hung up: the channel of the centre, and the name of the one in the world."""
    there = pair.place(f"PJSIP/{number}@centre", CallerID="13800138000", Application="Wait", Data=120)
    caller = pair.ami.wait_for("QueueCallerJoin")["Uniqueid"]
    name = pair.channel(there)
    return caller, name


def is_asked(pair: Pair, caller: str) -> Message:
    asked = pair.ami.wait_for("UserEvent", 40, UserEvent="SurveyOffered")
    assert (asked["Uniqueid"], asked["Queue"]) == (caller, "support")
    return asked


def press(pair: Pair, channel: str, digit: str) -> None:
    answer = pair.outside.action("PlayDTMF", Channel=channel, Digit=digit, Duration=200)
    assert answer["Response"] == "Success", answer


def is_over(pair: Pair, caller: str) -> None:
    pair.ami.wait_for("Hangup", 60, Uniqueid=caller)


def waited_for(ask: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := ask()):
        assert time.monotonic() < deadline, "it never came"
    return found


def test_what_callers_press_stands_with_the_call_is_counted_and_low_answers_are_reviewed(
    pair: Pair, tmp_path: Path
) -> None:
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.ADMIN)
    with serving(tmp_path) as server, httpx.Client(base_url=f"{server.url}api", headers=PANEL, timeout=20) as panel:
        server.await_said("pbx1: live")
        panel.post("/session", json={"username": Role.ADMIN, "password": PASSWORD}).raise_for_status()

        # The first caller presses 4.
        liked, there = talked(pair, "4000")
        is_asked(pair, liked)
        press(pair, there, "4")
        answered = pair.ami.wait_for("UserEvent", 30, UserEvent="SurveyAnswered")
        assert (answered["Uniqueid"], answered["Queue"], answered["Score"]) == (liked, "support", "4")
        is_over(pair, liked)
        [survey] = waited_for(lambda: story(panel, liked)["surveys"])
        assert (survey["score"], survey["queue"], survey["is_certain"]) == (4, "support", True)
        assert (survey["agent_number"], survey["agent_name"], survey["team"]) == ("1001", "Li Na", "day")
        figures = waited_for(lambda: counted(panel, "queues", offered=1))
        assert (figures["surveys_answered"], figures["survey_answer_rate"]) == (1, 1)
        assert (figures["satisfaction"], figures["satisfaction_score"]) == (1, 4)

        # The second one hangs up at the question; the third presses 9 first, and then 1; a queue without a survey asks
        # nobody, and an answer that somebody makes up is not counted.
        silent, there = talked(pair, "4000")
        is_asked(pair, silent)
        pair.outside.action("Hangup", Channel=there)
        is_over(pair, silent)
        angry, there = talked(pair, "4000")
        is_asked(pair, angry)
        press(pair, there, "9")
        press(pair, there, "1")
        assert pair.ami.wait_for("UserEvent", 30, UserEvent="SurveyAnswered")["Score"] == "1"
        is_over(pair, angry)
        other, there = talked(pair, "4001")
        forge(pair, other)
        is_over(pair, other)

        waited_for(lambda: story(panel, silent).get("surveys"))
        assert [one["score"] for one in story(panel, silent)["surveys"]] == [0]
        waited_for(lambda: story(panel, angry).get("surveys"))
        waited_for(lambda: story(panel, other).get("conversations"))
        assert story(panel, other)["surveys"] == []
        for subject in ("queues", "agents", "teams"):
            figures = waited_for(partial(counted, panel, subject, offered=3))
            assert (figures["surveys_answered"], figures["satisfaction_score"]) == (2, 2.5)
            assert (figures["satisfaction"], figures["survey_answer_rate"]) == (0.5, pytest.approx(2 / 3))
        rows = panel.get("/reports/rows/surveys_offered", params=today()).raise_for_status().json()
        assert sorted((row["call_id"], row["outcome"]) for row in rows["rows"]) == sorted(
            ((liked, "4"), (silent, "0"), (angry, "1"))
        )

        # The low answer, and no other call, is in the reviewer's inbox.
        [drawn] = reviewed(panel)
        assert (drawn["call_id"], drawn["agent_number"], drawn["why"]) == (angry, "1001", "low_survey")
        assert server.said.count("Could not apply UserEvent") == 1
        assert "x" * 200 not in server.said


def test_after_an_attended_transfer_the_answer_is_about_the_colleague(pair: Pair, tmp_path: Path) -> None:
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.ADMIN)
    pair.behave("1001", after=0, talk=60)
    pair.behave("1002", after=0, talk=60)
    with serving(tmp_path) as server, httpx.Client(base_url=f"{server.url}api", headers=PANEL, timeout=20) as panel:
        server.await_said("pbx1: live")
        panel.post("/session", json={"username": Role.ADMIN, "password": PASSWORD}).raise_for_status()
        caller, there = talked(pair, "4000")
        connected = pair.ami.next("AgentConnect", Uniqueid=caller)
        transfer = {"Exten": "1002", "Context": "callcenter-agents"}
        answer = pair.ami.action("Atxfer", Channel=connected["DestChannel"], **transfer)
        assert answer["Response"] == "Success", answer
        pair.ami.wait_for("BridgeEnter", 30, CallerIDNum="1002")
        hang_up_phone(pair, "1001")
        pair.ami.wait_for("AttendedTransfer", 30)
        hang_up_phone(pair, "1002")
        is_asked(pair, caller)
        press(pair, there, "2")
        is_over(pair, caller)
        [survey] = waited_for(lambda: story(panel, caller)["surveys"])
        assert (survey["score"], survey["queue"], survey["agent_number"]) == (2, "support", "1002")


def hang_up_phone(pair: Pair, number: str) -> None:
    """The phone of this number, which was called last, hangs up."""
    pair.outside.action("Ping")
    name = [event["Channel"] for event in pair.outside.of("Newchannel") if event["Exten"] == number][-1]
    answer = pair.outside.action("Hangup", Channel=name)
    assert answer["Response"] == "Success", answer


def today() -> dict[str, str]:
    """Yesterday and today: midnight may pass in between."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return {"from": str(day - timedelta(days=1)), "to": str(day)}


def story(panel: httpx.Client, call_id: str) -> dict[str, Any]:
    answer = panel.get(f"/calls/pbx1/{call_id}")
    return dict(answer.json()) if answer.status_code == 200 else {"surveys": []}


def counted(panel: httpx.Client, subject: str, *, offered: int) -> dict[str, Any] | None:
    """The figures of today of the one line that has surveys, once so many were offered."""
    report = panel.get(f"/reports/{subject}", params=today()).raise_for_status().json()
    lines = [row["figures"] for row in report["rows"] if row["figures"]["surveys_offered"]]
    return dict(lines[0]) if [line["surveys_offered"] for line in lines] == [offered] else None


def forge(pair: Pair, caller: str) -> None:
    """What any AMI user may say: of a queue without a survey, no digit, far too much of it, of nobody."""
    own = pair.centre.plan.pbx
    for fields in (
        {"Uniqueid": caller, "Queue": "sales", "Score": "7"},
        {"Uniqueid": caller, "Queue": "x" * 900, "Score": "5"},
        {"Uniqueid": caller, "Queue": "nowhere", "Score": "5"},
        {"Uniqueid": "nobody", "Queue": "support", "Score": "5"},
        {"Uniqueid": caller, "Queue": "support", "Score": "5" * 900},
    ):
        answer = pair.ami.action("UserEvent", UserEvent="SurveyAnswered", **fields)
        assert answer["Response"] == "Success", (own.name, answer)


def reviewed(panel: httpx.Client) -> list[dict[str, Any]]:
    """The inbox of a reviewer, by a plan that draws low answers alone."""
    [form, *_] = panel.get("/review-forms").raise_for_status().json()["forms"]
    plan = {
        "name": "Low answers",
        "form_id": form["id"],
        "per_agent": 0,
        "min_talk_seconds": 0,
        "rules": {"survey_score": 2},
        "reviewers": [{"username": Role.ADMIN, "target": 10}],
    }
    made = panel.post("/review-plans", json=plan)
    assert made.status_code == 201, made.text
    panel.post(f"/review-plans/{made.json()['id']}/start").raise_for_status()

    def inbox() -> list[dict[str, Any]]:
        told = panel.get("/review-inbox").raise_for_status().json()
        return [*told["mine"], *told["pool"]]

    return list(waited_for(inbox))
