"""An AMI peer in a process of its own: takes a login, answers the survey, then plays a stream.

`python -m bench.peer blast FILTERED|UNFILTERED EVENTS` sends everything at once when told to; `… pace RATE SEATS
SECONDS` sends real calls at a rate, stamped with the moment of sending. It prints its ports first.
"""

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from bench import streams

BANNER = b"Asterisk Call Manager/11.0.0\r\n"


class Peer:
    """Serves one AMI connection at a time and one control connection that says when to play."""

    def __init__(self, members: bytes = b"") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.control = socket.create_server(("127.0.0.1", 0))
        self.members = members

    def serve(self, play: Callable[[socket.socket], None]) -> None:
        """Takes one client, answers it in the background, plays when told to, then closes."""
        print(json.dumps({"ami": self.listener.getsockname()[1], "control": self.control.getsockname()[1]}), flush=True)
        client, _ = self.listener.accept()
        client.sendall(BANNER)
        lock = threading.Lock()
        threading.Thread(target=self._answer, args=(client, lock), daemon=True).start()
        told, _ = self.control.accept()
        told.recv(1)
        with lock, suppress(ConnectionError):
            play(client)
            client.shutdown(socket.SHUT_WR)
        told.close()

    def _answer(self, client: socket.socket, lock: threading.Lock) -> None:
        rest = b""
        with suppress(ConnectionError):  # the client is ended with its measurement
            while data := client.recv(65536):
                *actions, rest = (rest + data).split(streams.END)
                for action in actions:
                    with lock:
                        client.sendall(self._reply(b"\r\n" + action))

    def _reply(self, action: bytes) -> bytes:
        name = streams.header(action, b"Action").lower()
        identity = b"\r\nActionID: " + streams.header(action, b"ActionID")
        success = b"Response: Success" + identity
        if name == b"login":
            booted = (
                b"Event: FullyBooted\r\nPrivilege: system,all\r\nTimestamp: %.6f\r\nUptime: 5000\r\n"
                b"Status: Fully Booted" % time.time()
            )
            return success + b"\r\nMessage: Authentication accepted" + streams.END + booted + streams.END
        if name == b"challenge":
            return success + b"\r\nChallenge: 12345" + streams.END
        complete = _COMPLETE.get(name)
        if complete is None:
            return success + streams.END
        members = self.members.replace(b"@ActionID@", identity) if name == b"queuestatus" else b""
        start = success + b"\r\nEventList: start\r\nMessage: will follow" + streams.END
        return (
            start
            + members
            + b"Event: "
            + complete
            + identity
            + b"\r\nEventList: Complete\r\nListItems: 0"
            + streams.END
        )


_COMPLETE = {
    b"queuestatus": b"QueueStatusComplete",
    b"coreshowchannels": b"CoreShowChannelsComplete",
    b"devicestatelist": b"DeviceStateListComplete",
}


def blast(name: str, events: int) -> None:
    """Sends a whole stream as fast as the client reads it."""
    path = {"FILTERED": streams.FILTERED, "UNFILTERED": streams.UNFILTERED}[name]
    stream, _ = streams.lengthened(path, events)
    Peer().serve(lambda client: client.sendall(stream))


class Template:
    """One recorded answered call, to be played by any seat: its ids, names and timestamps are replaced."""

    def __init__(self) -> None:
        self.messages = _answered_call(streams.messages(streams.FILTERED))
        connect = next(message for message in self.messages if message.startswith(b"Event: AgentConnect"))
        interface = streams.header(connect, b"Interface")
        bridged = next(message for message in self.messages if message.startswith(b"Event: BridgeEnter"))
        self.replaced = {
            streams.header(connect, b"Uniqueid"): b"@caller@",
            streams.header(connect, b"DestUniqueid"): b"@leg@",
            streams.header(connect, b"Channel"): b"PJSIP/trunk-@caller@",
            streams.header(connect, b"DestChannel"): b"PJSIP/@seat@-@leg@",
            streams.header(connect, b"MemberName"): b"Agent @seat@",
            streams.header(connect, b"Queue"): b"@queue@",
            interface: b"PJSIP/@seat@",
            streams.header(bridged, b"BridgeUniqueid"): b"bridge-@caller@",
        }
        pattern = b"|".join(re.escape(key) for key in sorted(self.replaced, key=len, reverse=True))
        stamped = re.compile(rb"Timestamp: [0-9.]+")
        self.parts = [
            stamped.sub(b"Timestamp: @now@", re.sub(pattern, lambda m: self.replaced[m.group(0)], message))
            for message in self.messages
        ]

    def message(self, index: int, seat: int, call: int, at: float, queue: bytes = b"bench") -> bytes:
        """The `index`-th message of call number `call`, taken by `seat`, stamped with that moment."""
        now = b"%.6f" % at
        part = self.parts[index].replace(b"@queue@", queue)
        part = part.replace(b"@caller@", b"1900000000.%d" % (2 * call)).replace(
            b"@leg@", b"1900000000.%d" % (2 * call + 1)
        )
        return part.replace(b"@seat@", b"%d" % (1000 + seat)).replace(b"@now@", now) + streams.END


def _answered_call(recorded: list[bytes]) -> list[bytes]:
    """The messages of the first whole answered call that went straight to its agent."""
    for connect in (message for message in recorded if message.startswith(b"Event: AgentConnect")):
        ids = {streams.header(connect, b"Uniqueid"), streams.header(connect, b"DestUniqueid")}
        of_call = [m for m in recorded if ids & {streams.header(m, b"Uniqueid"), streams.header(m, b"DestUniqueid")}]
        names = [m[7 : m.find(b"\r\n")] for m in of_call]
        if (
            names.count(b"Hangup") == 2
            and b"QueueCallerJoin" in names
            and b"AgentComplete" in names
            and names[0] == b"Newchannel"
        ):
            return of_call
    raise SystemExit("the recorded stream holds no whole answered call")


def member(seat: int) -> bytes:
    """A signed-in seat, as QueueStatus lists it."""
    interface = b"PJSIP/%d" % (1000 + seat)
    lines = (
        b"Event: QueueMember@ActionID@", b"Queue: bench", b"Name: Agent %d" % (1000 + seat), b"Location: " + interface,
        b"StateInterface: " + interface, b"Membership: dynamic", b"Penalty: 0", b"CallsTaken: 0", b"LastCall: 0",
        b"LastPause: 0", b"LoginTime: 1900000000", b"InCall: 0", b"Status: 1", b"Paused: 0", b"Wrapuptime: 0",
    )  # fmt: skip
    return b"\r\n".join(lines) + streams.END


def pace(rate: int, seats: int, seconds: int) -> None:
    """Plays calls at `rate` events a second, spread over `seats` seats, for `seconds`."""
    template = Template()
    length = len(template.parts)
    params = b"Event: QueueParams@ActionID@\r\nQueue: bench\r\nMax: 0\r\nStrategy: rrmemory" + streams.END
    # So many calls at once that every seat is used in turn; each steps through its messages.
    under_way = [(seat, seat, seat * length // seats % length) for seat in range(seats)]

    def play(client: socket.socket) -> None:
        started, sent, call = time.monotonic(), 0, seats
        position = 0
        while (elapsed := time.monotonic() - started) < seconds:
            due = int(elapsed * rate) - sent
            chunk = []
            for _ in range(due):
                seat, number, index = under_way[position]
                chunk.append(template.message(index, seat, number, time.time()))
                index += 1
                if index == length:
                    index, number, call = 0, call, call + 1
                under_way[position] = (seat, number, index)
                position = (position + 1) % seats
            if chunk:
                client.sendall(b"".join(chunk))
                sent += due
            time.sleep(0.002)  # noqa: TID251 -- the pace is the point here

    Peer(params + b"".join(member(seat) for seat in range(seats))).serve(play)


def main() -> None:
    """Runs as told on the command line."""
    if sys.argv[1] == "blast":
        blast(sys.argv[2], int(sys.argv[3]))
    else:
        pace(*(int(argument) for argument in sys.argv[2:5]))


if __name__ == "__main__":
    main()
