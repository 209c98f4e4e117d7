"""A caller presses the key for a callback in a real queue, and is on the list at the place in the line."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.demo.centre import OwnSettings
from callcenter.settings import AgentSettings, QueueSettings
from tests.real.conftest import Pair, running_pair
from tests.serving import PANEL, PASSWORD, add_users, serving, write_settings

pytestmark = pytest.mark.real

PATIENCE_SECONDS = 30


@pytest.fixture
def pair() -> Iterator[Pair]:
    queues = {"support": QueueSettings(extension="4000", exit_digit="9", callback_digit="8")}
    agents = (AgentSettings(number="1001", name="Li Na", queues=("support",)),)
    with running_pair(OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents)) as pair:
        pair.sign_in("1001", queues=1)
        pair.behave("1001", do="ignore")
        yield pair


def test_a_caller_asks_for_a_callback_and_is_on_the_list(pair: Pair, tmp_path: Path) -> None:
    write_settings(tmp_path, pair.centre.plan.settings)
    add_users(tmp_path, Role.SUPERVISOR)
    with serving(tmp_path) as server, httpx.Client(base_url=f"{server.url}api", headers=PANEL) as panel:
        server.await_said("pbx1: live")
        panel.post("/session", json={"username": Role.SUPERVISOR, "password": PASSWORD}).raise_for_status()
        made = panel.post("/lists", json={"name": "Callers", "queue": "support"}).raise_for_status().json()
        rule = {"kind": "callback_requested", "options": {"queue": "support", "priority": 1}}
        panel.post(f"/lists/{made['id']}/fill-rules", json=rule).raise_for_status()
        began_at = time.time()
        pair.place("PJSIP/4000@centre", CallerID="13800138000", Application="SendDTMF", Data="wwwwww8")
        asked = pair.ami.wait_for("UserEvent", UserEvent="CallbackRequested")
        [target] = _targets(panel, made["id"])
        assert (target["number"], target["priority"]) == ("+8613800138000", 1)
        assert began_at - 1 < target["due_at"] < float(asked["Timestamp"]) - 1
        assert target["attributes"]["queue"] == "support"
        assert "Traceback" not in server.said


def _targets(panel: httpx.Client, list_id: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := panel.get(f"/lists/{list_id}/targets").json()["targets"]):
        assert time.monotonic() < deadline, "no target came"
    return list(found)
