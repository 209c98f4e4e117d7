"""The rendered configuration: what it says, and what never gets into it."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from callcenter.asterisk.dialplan import Folders, Site, Trunk, render, templates
from callcenter.asterisk.event_filter import EVENTS
from callcenter.asterisk.installation import Version
from callcenter.errors import BadInput
from callcenter.phone_passwords import password_of
from callcenter.settings import (
    AgentSettings,
    BrowserPhoneSettings,
    FeatureCodes,
    PauseReason,
    PbxSettings,
    PhoneSettings,
    QueueSettings,
    Settings,
    SurveySettings,
)

SECRET = SecretStr("long-enough-1")
PBX = PbxSettings(name="pbx1", secret=SECRET)
LI_NA = AgentSettings(number="1001", name="Li Na", secret=SECRET, queues=("support", "sales"))
WANG_WEI = AgentSettings(number="1002", name="王伟", interface="Local/1002@from-queue/n", queues=("support",))
QUEUES = {
    "support": QueueSettings(extension="4000", label="Support 客服", exit_digit="9", max_wait_seconds=90),
    "sales": QueueSettings(strategy="ringall", wrap_up_seconds=30, max_wait_seconds=0),
}


def settings(**changes: Any) -> Settings:
    return Settings(**{"pbxs": (PBX,), "queues": QUEUES, "agents": (LI_NA, WANG_WEI)} | changes)


def rendered(folder: Path, site: Site | None = None, **changes: Any) -> dict[str, str]:
    """The files of a rendering, by their names in the folder, without comments and empty lines."""
    chosen = settings(**changes)
    files = render(chosen, folder, site or Site(trunk=Trunk("carrier.example")), pbx=chosen.pbxs[0])
    return {
        str(file.relative_to(folder)): "\n".join(
            line for line in file.read_text().splitlines() if line and not line.startswith(";")
        )
        for file in files
    }


def sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if heading := re.match(r"\[([^]]+)\]", line):
            lines = found.setdefault(heading[1], [])
        else:
            lines.append(line)
    return found


def test_no_placeholder_is_left_in_any_file(tmp_path: Path) -> None:
    for name, text in rendered(tmp_path).items():
        assert "@{" not in text, name
        assert ";@" not in (tmp_path / name).read_text(), name


def test_a_queue_is_told_what_the_settings_say(tmp_path: Path) -> None:
    sales = sections(rendered(tmp_path)["callcenter/queues.conf"])["sales"]
    assert {"strategy = ringall", "timeout = 15", "retry = 1", "wrapuptime = 30", "maxlen = 0"} <= set(sales)


def test_a_number_leads_to_its_queue_and_a_queue_without_number_is_only_reached_by_name(tmp_path: Path) -> None:
    contexts = sections(rendered(tmp_path)["callcenter/extensions.conf"])
    assert contexts["callcenter-inbound"] == ["exten => 4000,1,Goto(callcenter-queue,q-support,1)"]
    queue = contexts["callcenter-queue"]
    assert " same => n,Queue(support,t,,,90,,callcenter-record-agent)" in queue
    assert " same => n,Queue(sales,t,,,,,callcenter-record-agent)" in queue, (
        "without a limit the place of the timeout is empty"
    )
    assert contexts["callcenter-exit-support"] == ["exten => 9,1,Goto(callcenter-leave,s,1)"]
    assert "callcenter-exit-sales" not in contexts


def test_an_agent_with_a_password_gets_a_phone_and_one_without_is_configured_elsewhere(tmp_path: Path) -> None:
    phones = sections(rendered(tmp_path)["callcenter/pjsip.conf"])
    assert {"set_var = CC_QUEUES=support&sales", "set_var = CC_NAME=Li Na", "password = long-enough-1"} <= set(
        phones["1001"]
    )
    assert "1002" not in phones


def test_every_pause_reason_has_its_code(tmp_path: Path) -> None:
    codes = sections(rendered(tmp_path)["callcenter/extensions.conf"])["callcenter-feature-codes"]
    assert any(line.startswith("exten => *722,1,") for line in codes)
    assert " same => n,PauseQueueMember(,${CC_INTERFACE},,meal)" in codes


def test_the_outside_cannot_call_the_outside(tmp_path: Path) -> None:
    contexts = sections(rendered(tmp_path)["callcenter/extensions.conf"])
    reached = {"callcenter-inbound"}
    for _ in contexts:
        lines = [line for name in reached for line in contexts.get(name, [])]
        reached |= {name for line in lines for name in re.findall(r"callcenter-[a-z-]+", line)}
    assert "callcenter-leave" in reached
    assert not reached & {"callcenter-outside", "callcenter-call-out", "callcenter-dial", "callcenter-agents"}


def test_without_a_trunk_there_is_no_way_out(tmp_path: Path) -> None:
    files = rendered(tmp_path, Site())
    assert "trunk" not in files["callcenter/extensions.conf"]
    assert "[trunk]" not in files["callcenter/pjsip.conf"]


def test_the_manager_account_may_do_little_and_reads_only_what_is_used(tmp_path: Path) -> None:
    account = sections(rendered(tmp_path)["callcenter/manager.conf"])["callcenter"]
    write = next(line for line in account if line.startswith("write"))
    assert write == "write = agent,originate,call,user,reporting"
    assert "deny = 0.0.0.0/0.0.0.0" in account
    assert "permit = 127.0.0.1/255.255.255.255" in account
    names = [re.search(r"name\((\w+)\)", line) for line in account if line.startswith("eventfilter")]
    assert [name[1] for name in names if name] == [*EVENTS, "VarSet", "VarSet"]


@pytest.mark.parametrize(
    ("release", "advanced"),
    [
        ((18, 26), True),
        ((18, 25, 9), False),
        ((20, 10, 9), False),
        ((20, 11), True),
        ((21, 9), False),
        ((22, 0, 9), False),
        ((22, 1), True),
        ((23, 0), True),
    ],
)
def test_the_form_of_the_filters_fits_the_release(tmp_path: Path, release: tuple[int, ...], advanced: bool) -> None:
    text = rendered(tmp_path, Site(version=Version(*release)))["callcenter/manager.conf"]
    assert ("eventfilter(action(include),name(Hangup))" in text) is advanced
    assert ("eventfilter = ^Event: (" in text) is not advanced


def test_a_private_asterisk_stays_in_its_folder_and_on_its_address(tmp_path: Path) -> None:
    run = tmp_path / "run"
    folders = Folders(run / "etc", Path("/modules"), Path("/data"), run)
    site = Site(sip_address="127.0.0.1", sip_port=12345, private=folders, trunk=Trunk("127.0.0.1", 5061))
    files = rendered(tmp_path / "etc", site)
    assert f"astspooldir => {run}/spool" in files["asterisk.conf"]
    assert "bind = 127.0.0.1:12345" in files["pjsip.conf"]
    assert files["callcenter/pjsip.conf"].count("bind_rtp_to_media_address = yes") == 2, "phones and trunk"
    assert "0.0.0.0" not in files["pjsip.conf"] + files["manager.conf"] + files["asterisk.conf"]


EVIL = ["a\nb", "a\r\nb", "a;b", "[general]", "a,b", "a|b", "${SHELL(id)}", 'a"b', "a\\b", " a", "a\x00b", "", "a" * 81]


@pytest.mark.parametrize("name", EVIL)
def test_an_agents_name_that_is_configuration_is_refused_by_name(tmp_path: Path, name: str) -> None:
    evil = LI_NA.model_copy(update={"name": name})
    with pytest.raises(BadInput) as refused:
        rendered(tmp_path / "out", agents=(evil,))
    assert refused.value.field == "agents.1001.name"
    assert not (tmp_path / "out").exists(), "nothing is written"


@pytest.mark.parametrize("name", [*EVIL, "a b", "queue&other", "general", "General", "客服"])
def test_a_queue_name_that_is_configuration_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"^queues\."):
        rendered(tmp_path, queues={name: QueueSettings()}, agents=())


@pytest.mark.parametrize("label", [label for label in EVIL if label])
def test_labels_that_are_configuration_are_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(BadInput, match=r"^queues\.support\.label"):
        rendered(tmp_path, queues={"support": QueueSettings(label=label)}, agents=())
    for field in ("label_en", "label_zh"):
        reason = PauseReason(code="break", digit="1", label_en="Break", label_zh="小休").model_copy(
            update={field: label}
        )
        with pytest.raises(BadInput, match=rf"^pause_reasons\.break\.{field}"):
            rendered(tmp_path, pause_reasons=(reason,))


@pytest.mark.parametrize(
    "interface", ["1001", "PJSIP/1001,30", "PJSIP/1001)", "PJSIP/${X}", "PJSIP/10 01", "PJSIP/1\n2"]
)
def test_an_interface_that_is_dialplan_is_refused(tmp_path: Path, interface: str) -> None:
    with pytest.raises(BadInput, match=r"^agents\.1001\.interface"):
        rendered(tmp_path, agents=(LI_NA.model_copy(update={"interface": interface}),))


@pytest.mark.parametrize("secret", ["short", "with space 1", "semi;colon1", "line\nbreak1", "back\\slash1"])
def test_a_weak_or_breaking_secret_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    with pytest.raises(BadInput, match=r"^agents\.1001\.secret") as refused:
        rendered(tmp_path, agents=(LI_NA.model_copy(update={"secret": SecretStr(secret)}),))
    assert secret not in refused.value.message
    with pytest.raises(BadInput, match=r"^pbxs\.pbx1\.secret"):
        rendered(tmp_path, pbxs=(PBX.model_copy(update={"secret": SecretStr(secret)}),))


@pytest.mark.parametrize("recordings", ["relative", "/a,b", "/a)b", "/a${X}", "/a b\n", "/a;b"])
def test_a_recordings_folder_that_is_dialplan_is_refused(tmp_path: Path, recordings: str) -> None:
    with pytest.raises(BadInput, match=r"^recordings"):
        rendered(tmp_path, Site(recordings=Path(recordings)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"feature_codes": FeatureCodes(sign_in="*70,1")}, "feature_codes.sign_in"),
        ({"feature_codes": FeatureCodes(pause="*7", unpause="*71")}, "feature_codes"),
        ({"feature_codes": FeatureCodes(sign_in="*71")}, "feature_codes"),
        ({"feature_codes": FeatureCodes(more_wrap_up="*74")}, "feature_codes"),
        ({"agents": (LI_NA, LI_NA.model_copy(update={"name": "Other"}))}, "agents.number"),
        ({"agents": (LI_NA.model_copy(update={"number": "4000"}),)}, "agents.number"),
        ({"agents": (LI_NA, WANG_WEI.model_copy(update={"name": "Li Na"}))}, "agents.name"),
        ({"agents": (LI_NA, WANG_WEI.model_copy(update={"interface": "PJSIP/1001"}))}, "agents.interface"),
        ({"agents": (LI_NA.model_copy(update={"queues": ("nowhere",)}),)}, "agents.1001.queues"),
        ({"queues": {"sales": QueueSettings(), "Sa-les": QueueSettings()}, "agents": ()}, "queues"),
        ({"dialer": {"caller_id": "+86 10,1"}}, "dialer.caller_id"),
    ],
)
def test_what_would_mean_two_things_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        rendered(tmp_path, **changes)
    assert refused.value.field == field


def test_the_templates_are_found_in_a_source_tree() -> None:
    assert (templates() / "callcenter" / "extensions.conf").exists()


def test_a_queue_with_a_survey_goes_on_after_the_agent_and_others_do_not(tmp_path: Path) -> None:
    survey = SurveySettings(question="custom/how-was-it", thanks="custom/thanks", answer_seconds=7, tries=3)
    queues = {
        "support": QueueSettings(survey=survey),
        "sales": QueueSettings(),
        "vip": QueueSettings(survey=survey.model_copy(update={"is_on": False})),
    }
    contexts = sections(rendered(tmp_path, queues=queues, agents=())["callcenter/extensions.conf"])
    queue = contexts["callcenter-queue"]
    assert " same => n,Queue(support,tc,,,300,,callcenter-record-agent)" in queue
    assert any("CONTINUE" in line and "?callcenter-survey-support,s,1:callcenter-leave,s,1" in line for line in queue)
    for name in ("sales", "vip"):
        assert f" same => n,Queue({name},t,,,300,,callcenter-record-agent)" in queue
        assert f"callcenter-survey-{name}" not in contexts
    asks = contexts["callcenter-survey-support"]
    assert "exten => s,1,Set(CC_TRIES=3)" in asks
    assert " same => n(ask),Read(CC_ANSWER,custom/how-was-it,1,,1,7)" in asks
    assert " same => n,Playback(custom/thanks)" in asks


@pytest.mark.parametrize("sound", ["a,b", "${SHELL(id)}", "../secret", "/etc/passwd", "a&b", "a b", "", "a" * 81])
def test_a_sound_of_the_survey_that_is_more_than_a_name_is_refused(sound: str) -> None:
    with pytest.raises(ValidationError, match="thanks"):
        SurveySettings(question="ok", thanks=sound)


# --- phones in the browser ---------------------------------------------------------------------------------------

BROWSER = BrowserPhoneSettings(secret=SecretStr("a-secret-of-the-centre"))
AT_PBX = PBX.model_copy(update={"browser_phone_url": "wss://pbx.example.org:8089/ws"})
WITH_BROWSER = LI_NA.model_copy(update={"has_browser_phone": True})


def test_without_a_phone_in_a_browser_nothing_of_it_is_rendered(tmp_path: Path) -> None:
    halves: list[dict[str, Any]] = [{"pbxs": (AT_PBX,)}, {"agents": (WITH_BROWSER,)}]
    for number, changes in enumerate(halves):
        files = rendered(tmp_path / str(number), browser_phone=BROWSER, **changes)
        assert "enabled" not in files["http.conf"]
        assert "websocket" not in files["modules.conf"]
        assert "browser" not in files["callcenter/pjsip.conf"] + files["callcenter/extensions.conf"]


def test_a_phone_in_the_browser_stands_beside_the_other_one(tmp_path: Path) -> None:
    files = rendered(tmp_path, pbxs=(AT_PBX,), agents=(WITH_BROWSER, WANG_WEI), browser_phone=BROWSER)
    phones = sections(files["callcenter/pjsip.conf"])
    assert {"protocol = wss", "bind = 0.0.0.0"} <= set(phones["callcenter-wss"])
    assert "webrtc = yes" in phones["callcenter-browser-phone"]
    assert {
        "username = 1001-browser",
        f"password = {password_of('a-secret-of-the-centre', 'pbx1', '1001-browser')}",
        "set_var = CC_AGENT=1001",
        "set_var = CC_INTERFACE=PJSIP/1001-browser",
        "set_var = CC_QUEUES=support&sales",
    } <= set(phones["1001-browser"])
    assert "password = long-enough-1" in phones["1001"]
    assert "1002-browser" not in phones
    assert "a-secret-of-the-centre" not in "".join(files.values())
    dialled = sections(files["callcenter/extensions.conf"])["callcenter-colleagues"]
    assert " same => n,Dial(PJSIP/1001&PJSIP/1001-browser,30,tT)" in dialled
    assert " same => n,Dial(Local/1002@from-queue/n,30,tT)" in dialled
    assert {
        "bindaddr = 127.0.0.1",
        "tlsbindaddr = 0.0.0.0:8089",
        "tlscertfile = /etc/asterisk/callcenter/browser-phones.crt",
        "tlsprivatekey = /etc/asterisk/callcenter/browser-phones.key",
    } <= set(files["http.conf"].splitlines())


def test_what_goes_by_an_open_websocket_is_served_to_this_machine_alone(tmp_path: Path) -> None:
    pbx = PBX.model_copy(update={"browser_phone_url": "ws://127.0.0.1:8088/ws"})
    http = rendered(tmp_path, pbxs=(pbx,), agents=(WITH_BROWSER,), browser_phone=BROWSER)["http.conf"]
    assert {"enabled = yes", "bindaddr = 127.0.0.1", "bindport = 8088"} <= set(http.splitlines())
    assert "tls" not in http


def test_phones_in_browsers_need_the_secret_and_a_name_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"browser_phone\.secret"):
        rendered(tmp_path, pbxs=(AT_PBX,), agents=(WITH_BROWSER,))
    other = AgentSettings(number="1003", name="Ada", interface="PJSIP/1001-browser", secret=SECRET)
    with pytest.raises(BadInput, match=r"agents\.interface.*used twice"):
        rendered(tmp_path, pbxs=(AT_PBX,), agents=(WITH_BROWSER, other), browser_phone=BROWSER)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_that_of_one_phone_at_one_pbx_and_follows_from_the_secret_alone() -> None:
    given = [("one", "pbx1", "1001-browser"), ("two", "pbx1", "1001-browser")]
    given += [("one", "pbx2", "1001-browser"), ("one", "pbx1", "1002-browser")]
    made = [password_of(*each) for each in given]
    assert len(set(made)) == len(made)
    assert made == [password_of(*each) for each in given]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", each) for each in made)


ROAMING = AgentSettings(number="1003", name="Ada", has_phone=False, pin=SecretStr("2468"), queues=("sales",))
DESKS = (PhoneSettings(number="801", label="Desk 1", secret=SECRET), PhoneSettings(number="802", interface="SIP/x"))


def test_a_desk_phone_is_nobodys_and_knows_its_number_alone(tmp_path: Path) -> None:
    files = rendered(tmp_path, agents=(LI_NA, ROAMING), phones=DESKS)
    phones = sections(files["callcenter/pjsip.conf"])
    assert {"set_var = CC_DESK=801", "set_var = CC_INTERFACE=PJSIP/801", 'callerid = "Desk 1" <801>'} <= set(
        phones["801"]
    )
    assert not [line for line in phones["801"] if "CC_AGENT" in line or "CC_NAME" in line]
    assert {"1003", "802"}.isdisjoint(phones)  # no phone of her own; one that is configured elsewhere
    assert "log_membername_as_agent = yes" in files["queues.conf"]


def test_any_agent_signs_in_at_a_desk_phone_and_is_dialled_where_they_sit(tmp_path: Path) -> None:
    contexts = sections(rendered(tmp_path, agents=(LI_NA, ROAMING), phones=DESKS)["callcenter/extensions.conf"])
    codes, desk = contexts["callcenter-feature-codes"], contexts["callcenter-desk"]
    assert any(line.startswith("exten => _*70X.,1,") for line in codes)
    assert 'exten => *70,1,GotoIf($["${CC_DESK}" != ""]?callcenter-desk,ask,1)' in codes
    at = desk.index("exten => agent-1003,1,Set(CC_NAME=Ada)")
    assert desk[at + 1 : at + 4] == [
        " same => n,Set(CC_QUEUES=sales)",
        " same => n,Set(CC_PIN=2468)",
        " same => n,Set(CC_OWN=)",
    ]
    for context in ("callcenter-colleagues", "callcenter-pulled"):
        assert "exten => 1003,1,Gosub(callcenter-where,s,1(1003,))" in contexts[context]
        assert "exten => 1001,1,Gosub(callcenter-where,s,1(1001,PJSIP/1001))" in contexts[context]
    assert any(line.startswith("exten => 802,1,") for line in contexts["callcenter-colleagues"])
    assert [line for line in contexts["callcenter-leave-queues"] if "RemoveQueueMember" in line] == [
        " same => n,RemoveQueueMember(support,${ARG1})",
        " same => n,RemoveQueueMember(sales,${ARG1})",
    ]


def test_without_desk_phones_the_dialplan_says_nothing_of_them(tmp_path: Path) -> None:
    files = rendered(tmp_path)
    assert not re.search(r"callcenter-(desk|where|move|is-in|leave-queues)|_\*70", files["callcenter/extensions.conf"])
    assert "log_membername_as_agent = no" in files["queues.conf"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phones": (PhoneSettings(number="801", label="a;b"),)}, "phones.801.label"),
        ({"phones": (PhoneSettings(number="801", interface="PJSIP"),)}, "phones.801.interface"),
        ({"phones": (PhoneSettings(number="801", secret=SecretStr("short")),)}, "phones.801.secret"),
        ({"phones": DESKS, "feature_codes": FeatureCodes(sign_in="*7", sign_out="*71")}, "feature_codes.sign_in"),
    ],
)
def test_what_cannot_be_a_desk_phone_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        rendered(tmp_path, **changes)
    assert refused.value.field == field
