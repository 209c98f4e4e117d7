"""Recordings that are paused: what the seats show, and what remains."""

from callcenter.floor import events as e
from callcenter.floor.facts import RecordingFile, RecordingPause
from callcenter.floor.terms import CallId, ChannelId, PbxName
from tests.floor.stories import PBX, Diary, about, phone
from tests.floor.test_queue_calls import a_day
from tests.floor.test_seats import in_a_talk

PATH = "/monitor/pbx1_caller_2.wav"


def recorded(day: Diary, channel: str, path: str = PATH) -> Diary:
    day.tell(e.RecordingBegun, channel, CallId("caller"), path)
    return day


def shown(day: Diary, agent: str = "1001") -> tuple[object, object]:
    """Whether the seat shows a recording, and since when it shows it paused."""
    view = day.floor.view(("seats", f"pbx1/{phone(agent)}"))
    assert view is not None
    return view["is_recorded"], view["recording_paused_since"]


def test_pauses_are_shown_at_the_seat_and_remain() -> None:
    day = in_a_talk()
    leg = day.leg("1001", "caller")
    assert shown(day) == (False, None)
    recorded(day, leg).after(5)
    assert shown(day) == (True, None)
    day.tell(e.RecordingPaused, leg)
    since = day.now
    assert shown(day) == (True, since)
    day.after(2).tell(e.RecordingPaused, leg)
    assert shown(day) == (True, since), "paused already"
    day.after(3).tell(e.RecordingResumed, leg)
    assert shown(day) == (True, None)
    day.tell(e.RecordingResumed, leg)
    day.after(10).hangs_up("caller", "1001", "caller")
    assert shown(day) == (False, None)
    [pause] = day.remained(RecordingPause)
    assert (pause.path, pause.channel_id, pause.call_id, pause.is_certain) == (PATH, leg, "caller", True)
    assert (pause.began_at, pause.ended_at - pause.began_at) == (about(since), about(5))
    assert len(day.remained(RecordingFile)) == 1


def test_a_pause_that_nobody_ends_ends_with_the_channel() -> None:
    day = in_a_talk()
    leg = day.leg("1001", "caller")
    recorded(day, leg).after(5).tell(e.RecordingPaused, leg)
    day.after(7).hangs_up("caller", "1001", "caller")
    [pause], [file] = day.remained(RecordingPause), day.remained(RecordingFile)
    assert (pause.ended_at, pause.is_certain) == (file.ended_at, True)
    assert pause.ended_at - pause.began_at == about(7)


def test_the_end_of_a_pause_that_nobody_heard_is_not_certain() -> None:
    day = in_a_talk()
    leg = day.leg("1001", "caller")
    recorded(day, leg).after(5).tell(e.RecordingPaused, leg)
    day.after(60).tell(e.Surveyed, ("support",), (), (), (), ())
    [pause] = day.remained(RecordingPause)
    assert not pause.is_certain


def test_a_seat_shows_a_pause_only_when_no_file_of_its_call_goes_on() -> None:
    day = in_a_talk()
    leg = day.leg("1001", "caller")
    recorded(recorded(day, leg), "caller", "/monitor/other.wav").after(5)
    day.tell(e.RecordingPaused, leg)
    assert shown(day) == (True, None)
    day.after(1).tell(e.RecordingPaused, "caller")
    assert shown(day) == (True, day.now)
    day.after(1).tell(e.RecordingResumed, leg)
    assert shown(day) == (True, None)


def test_what_is_no_recording_is_neither_paused_nor_resumed() -> None:
    day = in_a_talk()
    for event in (e.RecordingPaused, e.RecordingResumed):
        for channel in ("caller", "never seen"):
            day.after(1).tell(event, channel)
    day.tell(e.RecordingPauseAsked, day.leg("1001", "caller"))
    day.tell(e.RecordingResumeAsked, "never seen")
    assert shown(day) == (False, None)
    assert day.floor.sites[PbxName("pbx1")].recordings == {}
    assert day.after(1).hangs_up("caller", "1001", "caller").remained(RecordingPause) == []


def test_the_file_of_a_leg_that_nobody_saw_open_is_complete_when_it_closes() -> None:
    day = a_day("1001").joins("caller")
    day.tell(e.MemberRung, "support", phone("1001"), phone("1001"), ChannelId("caller"), CallId("caller"), "leg")
    recorded(day, ChannelId("leg")).after(5)
    day.tell(e.RingNotAnswered, "support", phone("1001"), ChannelId("caller"), ChannelId("leg"), 5.0)
    day.after(1).closes("leg")
    [file] = day.remained(RecordingFile)
    assert (file.channel_id, file.ended_at - file.began_at) == ("leg", about(6))
    assert day.floor.sites[PBX].recordings == {}
