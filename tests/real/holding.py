"""A softphone that has answered a call, taken over from the world's dialplan: it can hold, take back and hang up."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import msgspec
from websockets.sync.client import connect

from callcenter.demo.ari import APP
from tests.real.conftest import Pair


class HeldPhone:
    """The phone's end of a call; only ARI lets Asterisk play a phone that holds."""

    def __init__(self, ari: httpx.Client, channel_id: str) -> None:
        self._ari = ari
        self._path = f"/ari/channels/{channel_id}"

    def hold(self) -> None:
        """Puts the customer on hold."""
        assert self._ari.post(f"{self._path}/hold").is_success

    def take_back(self) -> None:
        """Takes the customer back."""
        assert self._ari.delete(f"{self._path}/hold").is_success

    def hang_up(self) -> None:
        """Ends the call."""
        assert self._ari.delete(self._path).is_success


@contextmanager
def taken_over(pair: Pair, agent: str) -> Iterator[HeldPhone]:
    """The phone of the agent whose last call was answered."""
    pbx, port = pair.world.plan.pbx, pair.world.plan.ports.http
    pair.outside.action("Ping")  # whatever was said before the answer has been read then
    leg = [event for event in pair.outside.of("Newchannel") if event["Exten"] == agent][-1]
    account = httpx.BasicAuth(pbx.username, pbx.secret.get_secret_value())
    events = f"ws://127.0.0.1:{port}/ari/events?app={APP}&api_key={pbx.username}:{pbx.secret.get_secret_value()}"
    with connect(events, proxy=None) as heard, httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=account) as ari:
        place = {"Context": "world", "Exten": agent, "Priority": "scripted"}
        answer = pair.outside.action("Redirect", Channel=leg["Channel"], **place)
        assert answer["Response"] == "Success", answer
        while msgspec.json.decode(heard.recv(timeout=10))["type"] != "StasisStart":
            pass
        yield HeldPhone(ari, leg["Uniqueid"])
