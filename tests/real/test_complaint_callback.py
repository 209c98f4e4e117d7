"""A complaint is closed: its customer is called back on a real Asterisk, and what came of it stands on the ticket."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, DialerSettings, QueueSettings
from tests.real.conftest import Pair, running_pair
from tests.serving import PANEL, PASSWORD, add_users, serving, write_settings

pytestmark = pytest.mark.real

CUSTOMER = "13900000002"
PATIENCE_SECONDS = 120
"""The rules of lists are carried out once a minute."""


@pytest.fixture
def pair() -> Iterator[Pair]:
    """An agent who is ready, and a customer who answers and talks for a second."""
    dialer = DialerSettings(caller_id="4008001234", earliest="00:00", latest="24:00")
    settings = OwnSettings(
        timezone="Asia/Shanghai",
        queues={"support": QueueSettings(extension="4000")},
        agents=(AgentSettings(number="1001", name="Li Na", queues=("support",)),),
        dialer=dialer,
    )
    with running_pair(settings) as pair:
        pair.sign_in("1001", queues=1)
        pair.behave("1001", after=0, talk=120)
        pair.behave(f"86{CUSTOMER}", after=0, talk=1)
        yield pair


def test_a_closed_complaint_is_called_back_and_the_result_stands_on_its_ticket(pair: Pair, tmp_path: Path) -> None:
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.SUPERVISOR)
    with serving(tmp_path) as server, httpx.Client(base_url=f"{server.url}api", headers=PANEL, timeout=20) as panel:
        server.await_said("pbx1: live")
        _sent(panel, "/session", {"username": Role.SUPERVISOR, "password": PASSWORD})
        always = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
        made = _sent(panel, "/lists", {"name": "Complaints", "queue": "support", "windows": always})
        rule = {"kind": "closed_complaint", "options": {"days": 0, "after_seconds": 0}}
        _sent(panel, f"/lists/{made['id']}/fill-rules", rule)
        said = {"type": "complaint", "subject": "The lamp is broken", "caller_number": CUSTOMER}
        ticket = _sent(panel, "/tickets", {"ticket": said})["ticket"]
        done = {"version": ticket["version"], "outcome": "solved", "result": "A new lamp was sent"}
        _sent(panel, f"/tickets/{ticket['id']}/close", done)

        def callbacks() -> list[dict[str, Any]]:
            return list(panel.get(f"/tickets/{ticket['id']}").json()["callbacks"])

        _until(lambda: bool(callbacks()))
        _sent(panel, f"/lists/{made['id']}/start", None)
        _until(lambda: [tried["outcome"] for tried in callbacks()[0]["attempts"]] == ["reached"])
        [callback] = callbacks()
        assert (callback["number"], callback["state"]) == (f"+86{CUSTOMER}", "reached")
        assert callback["attempts"][0]["agent_number"] == "1001"
        record = {"result": "completed", "note": "Is content now", "answers": {}}
        sheet = panel.get("/callbacks/mine", params={"agent": "1001"}).json()["sheet"]
        written = panel.put(f"/attempts/{sheet['attempt']['id']}/record", json=record)
        assert written.is_success, written.text
        assert callbacks()[0]["attempts"][0]["note"] == "Is content now"
        assert "Traceback" not in server.said


def _sent(panel: httpx.Client, path: str, content: Any) -> Any:
    answer = panel.post(path, json=content)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        threading.Event().wait(0.5)
