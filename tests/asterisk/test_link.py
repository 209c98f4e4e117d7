"""The link against a peer that misbehaves: each fault of docs/asterisk.md and what the link makes of it."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from callcenter.asterisk.journal import Journal
from callcenter.asterisk.link import Link
from callcenter.errors import BadInput, OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.commands import HangUp, PauseMember, PlaceCall
from callcenter.floor.events import (
    AnyEvent,
    ChannelClosed,
    LinkState,
    MemberChanged,
    OriginateEnded,
    PbxStarted,
    PbxStopped,
    Surveyed,
)
from callcenter.floor.terms import AttemptId, ChannelId
from tests.asterisk.conftest import IMPATIENT, QUICK, Told
from tests.asterisk.peer import (
    CHALLENGE,
    FULLY_BOOTED,
    SECRET,
    Action,
    Connection,
    Peer,
    accept,
    begin_list,
    challenge,
    die,
    hang_up_event,
    log_in,
    mute,
    pause_event,
    pong,
    refuse,
    tell_list,
)

MakeLink = Callable[..., Link]

CONNECTING, SURVEYING, LIVE = LinkState.CONNECTING, LinkState.SURVEYING, LinkState.LIVE
DOWN, REFUSED = LinkState.DOWN, LinkState.REFUSED

CALL = PlaceCall("pbx1", AttemptId("attempt-7"), "13912345678", "PJSIP/{number}@trunk", "support", 30)


def once(first: Callable[[Connection, Action], object], then: Callable[[Connection, Action], object]) -> "Once":
    """An answer that is wrong the first time."""
    return Once(first, then)


class Once:
    """Answers otherwise the first time."""

    def __init__(
        self, first: Callable[[Connection, Action], object], then: Callable[[Connection, Action], object]
    ) -> None:
        self.left = [first]
        self.then = then

    async def __call__(self, connection: Connection, action: Action) -> None:
        answer = self.left.pop() if self.left else self.then
        result = answer(connection, action)
        if asyncio.iscoroutine(result):
            await result


async def test_it_is_live_only_after_the_survey(peer: Peer, told: Told, make_link: MakeLink) -> None:
    link = make_link(clock=lambda: 1234.5)
    await told.until_state(LIVE)
    assert [state for state, _ in told.states()] == [CONNECTING, SURVEYING, LIVE]
    kinds = [type(event).__name__ for event in told.events]
    assert kinds.index("Surveyed") == kinds.index("LinkChanged", 3) - 1
    (survey,) = told.of(Surveyed)
    assert (survey.queues, survey.at) == (("support",), 1700000042.0)
    assert survey.channels is not None
    assert survey.devices is not None
    assert (link.state, link.since, link.last_heard_at) == (LIVE, 1234.5, 1234.5)


async def test_the_password_is_never_sent(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link()
    await told.until_state(LIVE)
    assert peer.counts()["Login"] == 1
    assert not any(SECRET in value for action in peer.asked for value in action.values())


async def test_a_hung_link_is_noticed_and_renewed(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link(timing=IMPATIENT)
    await told.until_state(LIVE)
    peer.answers["Ping"] = once(mute, pong)
    await told.until_state(LIVE, 2)
    assert (DOWN, "no answer to a ping within 0.5 s") in told.states()
    assert len(told.of(Surveyed)) >= 2


async def test_a_list_cut_in_the_middle_is_asked_again(peer: Peer, told: Told, make_link: MakeLink) -> None:
    cut: list[Action] = []

    def begin(connection: Connection, action: Action) -> None:
        cut.append(action)
        begin_list(connection, action, 2)

    async def rest_and_again(connection: Connection, action: Action) -> None:
        # The rest of the old list comes late: it must not pass for a whole one.
        connection.say(f"Event: QueueStatusComplete\r\nActionID: {cut[0]['ActionID']}\r\nEventList: Complete")
        await tell_list(connection, action)

    peer.answers["QueueStatus"] = once(begin, rest_and_again)
    make_link(timing=IMPATIENT)
    await told.until_state(LIVE)
    assert [state for state, _ in told.states()] == [CONNECTING, SURVEYING, SURVEYING, LIVE]
    assert "incompletely" in told.states()[2][1]
    (survey,) = told.of(Surveyed)
    assert (len(survey.members), len(survey.waiting)) == (1, 1)
    assert len(peer.connections) == 1


async def test_a_list_that_never_ends_renews_the_connection(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["CoreShowChannels"] = once(lambda c, a: begin_list(c, a, 1), tell_list)
    make_link(timing=dataclasses.replace(IMPATIENT, surveys=1))
    await told.until_state(LIVE)
    assert DOWN in [state for state, _ in told.states()]
    assert len(peer.connections) == 2


async def test_what_was_held_for_a_cut_survey_is_told(peer: Peer, told: Told, make_link: MakeLink) -> None:
    def cut(connection: Connection, action: Action) -> None:
        begin_list(connection, action, 1)
        connection.say(hang_up_event("1700000000.1", 1700000042.5))

    peer.answers["QueueStatus"] = once(cut, mute)
    make_link(timing=dataclasses.replace(IMPATIENT, survey_again_seconds=3600))
    await told.until(lambda: bool(told.of(ChannelClosed)))
    assert told.of(Surveyed) == []


async def test_nothing_is_sent_before_the_floor_is_known(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["QueueStatus"] = mute
    link = make_link()
    await peer.until(lambda peer: peer.counts()["QueueStatus"] == 1)
    with pytest.raises(PhoneUnreachable):
        await link.send(CALL)
    assert link.state is SURVEYING
    assert peer.counts()["Originate"] == 0


async def test_what_happens_between_the_lists_happens_after_the_survey(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    async def hang_up_in_between(connection: Connection, action: Action) -> None:
        connection.say(hang_up_event("1700000000.1", 1700000042.5))
        await tell_list(connection, action)

    peer.answers["QueueStatus"] = hang_up_in_between
    make_link()
    await told.until_state(LIVE)
    names = [type(event).__name__ for event in told.events]
    assert names.index("Surveyed") < names.index("ChannelClosed")


async def test_a_command_is_accepted(peer: Peer, told: Told, make_link: MakeLink) -> None:
    link = make_link()
    await told.until_state(LIVE)
    await link.send(HangUp("pbx1", ChannelId("1700000000.1")))
    assert peer.asked[-1]["Channel"] == "1700000000.1"


async def test_a_refusal_is_told_in_asterisks_words(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Hangup"] = refuse
    link = make_link()
    await told.until_state(LIVE)
    with pytest.raises(PhoneRefused, match="Permission denied"):
        await link.send(HangUp("pbx1", ChannelId("1700000000.1")))


async def test_a_lost_reply_leaves_the_outcome_unknown_and_is_not_repeated(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    peer.answers["Originate"] = mute
    link = make_link(timing=IMPATIENT)
    await told.until_state(LIVE)
    with pytest.raises(OutcomeUnknown):
        await link.send(CALL)
    assert link.protocol is not None
    assert "callcenter-attempt:attempt-7" not in link.protocol.responses
    await peer.stop()
    await told.until_state(DOWN)
    await peer.start()
    await told.until_state(LIVE, 2)
    assert peer.counts()["Originate"] == 1


async def test_a_crash_after_an_originate_does_not_dial_twice(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Originate"] = once(die, accept)
    link = make_link(timing=dataclasses.replace(QUICK, answer_seconds=3600))
    await told.until_state(LIVE)
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(link.send(CALL), 10)
    await told.until_state(LIVE, 2)
    assert peer.counts()["Originate"] == 1


async def test_a_command_while_the_link_is_down_is_neither_sent_nor_kept(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    await peer.stop()
    link = make_link()
    await told.until_state(DOWN)
    with pytest.raises(PhoneUnreachable, match="nothing was sent"):
        await link.send(CALL)
    await peer.start()
    await told.until_state(LIVE)
    assert peer.counts()["Originate"] == 0


async def test_answers_are_dropped_when_nobody_waits_any_more(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Hangup"] = mute
    link = make_link()
    await told.until_state(LIVE)
    sending = asyncio.create_task(link.send(HangUp("pbx1", ChannelId("1700000000.1"))))
    await peer.until(lambda peer: peer.counts()["Hangup"] == 1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert link.protocol is not None
    assert not [key for key in link.protocol.responses if key == peer.asked[-1]["ActionID"]]
    peer.connection.respond(next(a for a in peer.asked if a["Action"] == "Hangup"), "Message: late")
    pings = peer.counts()["Ping"]
    await peer.until(lambda peer: peer.counts()["Ping"] > pings + 1)
    assert link.state is LIVE


async def test_a_failing_listener_neither_ends_the_link_nor_stops_the_next_event(
    peer: Peer, told: Told, make_link: MakeLink, caplog: pytest.LogCaptureFixture
) -> None:
    def sink(event: AnyEvent) -> None:
        told(event)
        if isinstance(event, ChannelClosed):
            raise RuntimeError("a listener's bug")

    link = make_link(sink=sink)
    await told.until_state(LIVE)
    for n in range(3):
        peer.connection.say(hang_up_event(f"1700000000.{n}", 1700000050 + n))
    peer.connection.say(pause_event("王小明", "meal"))
    await told.until(lambda: bool(told.of(MemberChanged)))
    assert link.intake.failures == {"ChannelClosed: RuntimeError": 3}
    assert sum("a listener's bug" in (record.exc_text or "") for record in caplog.records) == 1
    assert link.state is LIVE


async def test_a_malformed_message_is_counted_and_passed_over(peer: Peer, told: Told, make_link: MakeLink) -> None:
    link = make_link()
    await told.until_state(LIVE)
    peer.connection.say("Event: Newchannel\r\nPrivilege: call,all\r\nTimestamp: 1700000050.0\r\nChannel: PJSIP/x-1")
    peer.connection.say(pause_event("王小明", "meal"))
    await told.until(lambda: bool(told.of(MemberChanged)))
    assert link.intake.failures == {"Newchannel: KeyError": 1}


async def test_characters_cut_by_segments_arrive_whole(
    peer: Peer, told: Told, make_link: MakeLink, tmp_path: Path
) -> None:
    journal, heard = Journal(tmp_path, "pbx1"), asyncio.Event()

    def clock() -> float:
        heard.set()
        return time.time()

    make_link(journal=journal, clock=clock, timing=dataclasses.replace(QUICK, ping_every_seconds=60))
    await told.until_state(LIVE)
    data = pause_event("王小明", "午餐").encode() + b"\r\n\r\n"
    cuts = [data.index("小".encode()) + 1, data.index("餐".encode()) + 2, len(data) - 2, len(data)]
    begin, written = 0, journal.position
    for cut in cuts:
        assert journal.position == written, "a message that is not whole is not kept"
        heard.clear()
        peer.connection.raw(data[begin:cut])
        async with asyncio.timeout(10):
            await heard.wait()
        begin = cut
    (changed,) = told.of(MemberChanged)
    assert (changed.member.name, changed.member.pause_reason) == ("王小明", "午餐")
    journal.close()
    assert next(journal.folder.glob("*.ami")).read_bytes().endswith(data)


async def test_bytes_are_in_the_journal_before_they_are_applied(
    peer: Peer, make_link: MakeLink, tmp_path: Path
) -> None:
    journal = Journal(tmp_path, "pbx1")
    told = Told()

    def sink(event: AnyEvent) -> None:
        if isinstance(event, MemberChanged):
            (file,) = (tmp_path / "pbx1").glob("*.ami")
            assert "PausedReason: 午餐".encode() in file.read_bytes()
        told(event)

    link = make_link(journal=journal, sink=sink)
    await told.until_state(LIVE)
    peer.connection.say(pause_event("王小明", "午餐"))
    await told.until(lambda: bool(told.of(MemberChanged)))
    assert not link.intake.failures
    journal.close()


async def test_a_wrong_password_is_a_state_of_its_own_and_tried_rarely(
    peer: Peer, told: Told, make_link: MakeLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    peer.secret = "another"
    link = make_link(timing=dataclasses.replace(QUICK, refused_retry_seconds=3600))
    await told.until_state(REFUSED)
    await peer.connection.closed.wait()
    assert peer.counts()["Login"] == 1
    assert link.detail == f"wrong AMI user name or password (user callcenter at 127.0.0.1:{peer.port})"
    assert SECRET not in caplog.text
    assert CHALLENGE not in caplog.text


async def test_a_corrected_password_is_found_without_help(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.secret = "another"
    make_link()
    await peer.until(lambda peer: peer.counts()["Login"] == 3)
    peer.secret = SECRET
    await told.until_state(LIVE)
    # Three tries or more, and one change of state.
    assert [state for state, _ in told.states()] == [CONNECTING, REFUSED, SURVEYING, LIVE]


@pytest.mark.parametrize("action", ["Challenge", "Login"])
async def test_an_asterisk_that_goes_down_refuses_nobody_for_good(
    peer: Peer, told: Told, make_link: MakeLink, action: str
) -> None:
    def going_down(connection: Connection, action: Action) -> None:
        connection.respond(action, "Message: Asterisk is shutting down", "Error")

    peer.answers[action] = once(going_down, challenge if action == "Challenge" else log_in)
    make_link(timing=dataclasses.replace(QUICK, refused_retry_seconds=3600))
    await told.until_state(LIVE)
    assert told.states()[1] == (DOWN, "Asterisk is shutting down")


async def test_a_reset_during_the_login_is_tried_again(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Login"] = once(die, log_in)
    make_link()
    await told.until_state(LIVE)
    assert [state for state, _ in told.states()] == [CONNECTING, DOWN, SURVEYING, LIVE]


async def test_a_login_without_answer_is_given_up(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Challenge"] = mute
    make_link(timing=IMPATIENT)
    await told.until_state(DOWN)
    assert told.states()[-1] == (DOWN, "no answer to the login within 0.5 s")


async def test_a_line_break_never_reaches_asterisk(peer: Peer, told: Told, make_link: MakeLink) -> None:
    link = make_link()
    await told.until_state(LIVE)
    with pytest.raises(BadInput):
        await link.send(PauseMember("pbx1", "PJSIP/1001", "x\r\n\r\nAction: Originate"))
    pings = peer.counts()["Ping"]
    await peer.until(lambda peer: peer.counts()["Ping"] > pings)
    assert not {"QueuePause", "Originate"} & set(peer.counts())


async def test_a_reconnect_gives_a_new_survey(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link()
    await told.until_state(LIVE)
    await peer.stop()
    await told.until_state(DOWN)
    await told.until(lambda: told.states()[-1] == (DOWN, f"connection refused at 127.0.0.1:{peer.port}"))
    await peer.start()
    await told.until_state(LIVE, 2)
    assert len(told.of(Surveyed)) == 2
    assert len({action["ActionID"] for action in peer.asked}) == len(peer.asked)


async def test_half_an_event_of_a_cut_connection_is_thrown_away(peer: Peer, told: Told, make_link: MakeLink) -> None:
    link = make_link()
    await told.until_state(LIVE)
    peer.connection.raw(b"Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: 1700000000.1\r\nChan")
    heard = link.intake.messages
    peer.connection.writer.close()
    await told.until_state(LIVE, 2)
    assert link.intake.messages > heard
    assert not told.of(ChannelClosed)
    assert not link.intake.failures


async def test_an_account_without_fully_booted_is_surveyed_after_a_deadline(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    peer.says_fully_booted = False
    make_link()
    await told.until_state(LIVE)
    assert len(told.of(Surveyed)) == 1


async def test_a_connection_made_while_asterisk_boots_waits_for_its_queues(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    peer.says_fully_booted = False
    peer.answers["QueueStatus"] = once(refuse, tell_list)
    make_link()
    await told.until_state(LIVE)
    assert "QueueStatus" in told.states()[2][1]
    assert len(peer.connections) == 1
    # The end of the start comes after a first survey: everything is asked again.
    peer.connection.say(f"{FULLY_BOOTED}\r\nTimestamp: 1700000060.000000")
    await told.until(lambda: len(told.of(Surveyed)) == 2)
    assert len(told.of(PbxStarted)) == 1


async def test_an_account_that_may_not_list_channels_is_live_and_says_so(
    peer: Peer, told: Told, make_link: MakeLink
) -> None:
    peer.answers["CoreShowChannels"] = refuse
    make_link()
    await told.until_state(LIVE)
    assert told.states()[-1] == (LIVE, "the AMI account may not ask CoreShowChannels")
    assert told.of(Surveyed)[0].channels is None


async def test_the_state_is_asked_again_now_and_then(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link(timing=dataclasses.replace(QUICK, survey_every_seconds=0.1))
    await told.until(lambda: len(told.of(Surveyed)) == 3)
    assert [state for state, _ in told.states()] == [CONNECTING, SURVEYING, LIVE]


async def test_a_shutdown_is_its_own_reason(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link()
    await told.until_state(LIVE)
    peer.connection.say(
        "Event: Shutdown\r\nPrivilege: system,all\r\nTimestamp: 1700000070.0\r\nShutdown: Cleanly\r\nRestart: False"
    )
    await told.until_state(DOWN)
    assert told.states()[3] == (DOWN, "Asterisk is shutting down")
    assert len(told.of(PbxStopped)) == 1


async def test_a_peer_that_is_no_asterisk_is_left(peer: Peer, told: Told, make_link: MakeLink) -> None:
    async def shout(connection: Connection, action: Action) -> None:
        connection.raw(b"x" * 1_200_000)

    peer.answers["Challenge"] = shout
    link = make_link()
    await told.until_state(DOWN)
    assert "is it an AMI port?" in told.states()[1][1]
    assert link.state is not LIVE


async def test_tls_with_a_peer_that_has_none_is_told_in_words(peer: Peer, told: Told) -> None:
    link = Link(peer.settings().model_copy(update={"tls": True}), sink=told, timing=QUICK)
    link.start()
    await told.until_state(DOWN)
    await link.close()
    assert told.states()[1][1].startswith(f"TLS with 127.0.0.1:{peer.port} failed")


async def test_only_our_own_originates_are_answered(peer: Peer, told: Told, make_link: MakeLink) -> None:
    make_link()
    await told.until_state(LIVE)
    for action_id in ("17", "callcenter-attempt:attempt-7"):
        peer.connection.say(
            f"Event: OriginateResponse\r\nPrivilege: call,all\r\nTimestamp: 1700000080.0\r\nActionID: {action_id}\r\n"
            "Response: Failure\r\nChannel: PJSIP/x\r\nReason: 3\r\nUniqueid: <unknown>"
        )
    peer.connection.say(pause_event("a", "b"))
    await told.until(lambda: bool(told.of(MemberChanged)))
    (ended,) = told.of(OriginateEnded)
    assert (ended.attempt_id, ended.succeeded, ended.reason) == ("attempt-7", False, 3)


@pytest.mark.parametrize("moment", [CONNECTING, LIVE, DOWN])
async def test_closing_is_final(peer: Peer, told: Told, make_link: MakeLink, moment: LinkState) -> None:
    if moment is DOWN:
        await peer.stop()
    link = make_link()
    await told.until_state(moment)
    await link.close()
    if moment is DOWN:
        await peer.start()
    if moment is LIVE:
        await asyncio.wait_for(peer.connection.closed.wait(), 10)
    assert link.protocol is None
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("link ")] == []
    with pytest.raises(PhoneUnreachable):
        await link.send(CALL)
    assert link.state is DOWN


async def test_closing_answers_whoever_waits(peer: Peer, told: Told, make_link: MakeLink) -> None:
    peer.answers["Originate"] = mute
    link = make_link(timing=dataclasses.replace(QUICK, answer_seconds=3600))
    await told.until_state(LIVE)
    sending = asyncio.create_task(link.send(CALL))
    await peer.until(lambda peer: peer.counts()["Originate"] == 1)
    await link.close()
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(sending, 10)


async def test_retries_slow_down_to_a_ceiling_with_jitter(peer: Peer, told: Told) -> None:
    link = Link(peer.settings(), sink=told)
    delays = [link._delay(DOWN) for _ in range(40)]
    assert all(0.25 * 2**n <= delay <= 0.5 * 2**n for n, delay in enumerate(delays[:6]))
    assert all(15 <= delay <= 30 for delay in delays[7:])
    assert len(set(delays)) > 30
    assert link._delay(REFUSED) == 60
