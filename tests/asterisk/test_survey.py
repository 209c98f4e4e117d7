"""List answers, collected from the stream alone."""

import pytest

from callcenter.asterisk.messages import Message, parse
from callcenter.asterisk.survey import Assembler, clock_seconds, survey_id
from callcenter.floor.events import DeviceState, Member, OpenChannel, Surveyed, WaitingCaller
from tests.asterisk.peer import CHANNELS, DEVICES, QUEUES

CHANNELS_END = "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 1"
DEVICES_END = "Event: DeviceStateListComplete\r\nEventList: Complete\r\nListItems: 2"
QUEUES_END = "Event: QueueStatusComplete\r\nEventList: Complete\r\nListItems: 3"


def told(
    assembler: Assembler, *texts: str, turn: int | None = 1, action_id: str = "", at: float = 100.0
) -> list[Surveyed]:
    """Feeds list answers of our survey `turn` (of another program without one), a second apart."""
    surveys = []
    for n, text in enumerate(texts):
        message: Message = parse(text.encode())
        key = survey_id("0a1b2c3d", turn, "Any") if turn is not None else action_id
        if key:
            message["ActionID"] = key
        surveyed = assembler.feed(message["Event"], message, at + n)
        if surveyed is not None:
            surveys.append(surveyed)
    return surveys


def test_a_whole_survey_is_one_event_as_old_as_its_first_answer() -> None:
    assembler = Assembler("pbx1")
    surveys = told(assembler, *CHANNELS, CHANNELS_END, *DEVICES, DEVICES_END, *QUEUES, QUEUES_END)
    member = Member(
        "support", "PJSIP/1001", "王小明", "PJSIP/1001", DeviceState.NOT_IN_USE, True, "meal", True, 2, 15, 0.0, 0.0
    )
    assert surveys == [
        Surveyed(
            "pbx1",
            100.0,
            ("support",),
            (member,),
            (WaitingCaller("support", "1700000000.1", 1, "13912345678", "", 42.0),),  # type: ignore[arg-type]
            (
                OpenChannel(
                    "1700000000.1",  # type: ignore[arg-type]
                    "1700000000.1",  # type: ignore[arg-type]
                    "PJSIP/trunk-00000001",
                    True,
                    "13912345678",
                    'Jo "Ace"',
                    "",
                    3702.0,
                    "Queue",
                    "4000",
                    "",
                ),
            ),
            (("PJSIP/1001", DeviceState.NOT_IN_USE),),
        )
    ]
    assert assembler.current == ""


def test_lists_that_were_not_asked_are_none() -> None:
    (survey,) = told(Assembler("pbx1"), *QUEUES, QUEUES_END)
    assert (survey.channels, survey.devices) == (None, None)


def test_lists_that_are_empty_are_empty() -> None:
    (survey,) = told(Assembler("pbx1"), CHANNELS_END, DEVICES_END, QUEUES_END)
    assert (survey.queues, survey.members, survey.waiting, survey.channels, survey.devices) == ((), (), (), (), ())


@pytest.mark.parametrize("cut", [(*CHANNELS, *QUEUES, QUEUES_END), (*DEVICES, *QUEUES, QUEUES_END)])
def test_a_list_without_its_end_is_no_survey(cut: tuple[str, ...]) -> None:
    assert told(Assembler("pbx1"), *cut) == []


def test_the_rest_of_a_survey_that_was_given_up_is_not_taken_for_a_whole_one() -> None:
    assembler = Assembler("pbx1")
    told(assembler, *QUEUES[:1])
    assert assembler.current == "callcenter-0a1b2c3d-survey:1"
    assembler.give_up()
    assert told(assembler, *QUEUES[1:], QUEUES_END) == []
    (survey,) = told(assembler, *QUEUES, QUEUES_END, turn=2)
    assert len(survey.members) == 1


def test_a_new_survey_replaces_one_that_was_cut_by_a_reconnect() -> None:
    assembler = Assembler("pbx1")
    told(assembler, *CHANNELS, CHANNELS_END, *QUEUES[:2])
    (survey,) = told(assembler, *QUEUES, QUEUES_END, turn=2, at=200.0)
    assert (len(survey.members), survey.channels, survey.at) == (1, None, 200.0)


@pytest.mark.parametrize("action_id", ["", "17", "asterisk-gui/4711"])
def test_in_a_foreign_capture_a_queue_status_is_a_survey(action_id: str) -> None:
    answers = (*CHANNELS, CHANNELS_END, *DEVICES, DEVICES_END, *QUEUES, QUEUES_END)
    (survey,) = told(Assembler("pbx1"), *answers, turn=None, action_id=action_id)
    assert (survey.queues, len(survey.members), survey.channels, survey.devices) == (("support",), 1, None, None)


def test_two_programs_do_not_mix() -> None:
    assembler = Assembler("pbx1")
    told(assembler, *QUEUES, turn=None, action_id="a")
    (survey,) = told(assembler, QUEUES_END, turn=None, action_id="b")
    assert survey.members == ()


@pytest.mark.parametrize(("text", "value"), [("", 0), ("00:00:07", 7), ("01:01:42", 3702), ("100:00:00", 360000)])
def test_durations_are_hours_minutes_seconds(text: str, value: float) -> None:
    assert clock_seconds(text) == value
