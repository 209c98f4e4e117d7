"""Settings from a file and from variables: a mistake is told where it was made."""

from pathlib import Path

import pytest

from callcenter.errors import SetupFailed
from callcenter.floor.events import WRAP_UP_REASON
from callcenter.settings import load


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(text: str) -> Path:
    path = Path("centre.toml")
    path.write_text(text)
    return path


def test_file_is_read_and_a_variable_overrides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_HTTP__PORT", "8081")
    settings = load(_write('timezone = "Asia/Shanghai"\n[http]\nport = 80\nhost = "0.0.0.0"\n'))
    assert settings.timezone == "Asia/Shanghai"
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 8081)


def test_without_a_file_everything_has_a_default() -> None:
    assert load().http.port == 8080


def test_the_reason_of_more_time_after_a_call_is_no_pause_reason() -> None:
    reason = f'code = "{WRAP_UP_REASON}"\ndigit = "1"\nlabel_en = "More"\nlabel_zh = "更多"\n'
    with pytest.raises(SetupFailed, match="choose another code"):
        load(_write(f"[[pause_reasons]]\n{reason}"))


def test_file_of_the_usual_name_is_found() -> None:
    Path("callcenter.toml").write_text("[http]\nport = 81\n")
    assert load().http.port == 81


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[http]\nport = 99999", r"centre\.toml: http\.port: .*less than or equal to 65535"),
        ("[http]\nprot = 1", r"centre\.toml: http\.prot: there is no such key; known here: host, port, secure_cookie"),
        ("colour = 1", r"centre\.toml: colour: .*known here: timezone, region, "),
        ('[[pbxs]]\nnmae = "x"', r"centre\.toml: pbxs\.0\.nmae: .*known here: name, host, "),
        ('[queues.sales]\nstrategy = "fair"', r"centre\.toml: queues\.sales\.strategy: .*'ringall'.*'rrmemory'"),
        ("[queues.label]\nfoo = 1", r"queues\.label\.foo: .*known here: extension, label"),
        ('timezone = "Mars"', r"centre\.toml: timezone: unknown time zone 'Mars'; use a name such as"),
        ("[http\n", r"centre\.toml: this is not TOML: .*line 1"),
        ('[dialer]\ndial_string = "PJSIP/trunk"', r"dialer\.dial_string: .*match"),
        ('[[dialer.trunks]]\nname = "a"\ndial_string = "PJSIP/x"', r"dialer\.trunks\.0\.dial_string: .*match"),
        (
            '[[dialer.trunks]]\nname = "a"\ndial_string = "{number}"\n' * 2,
            r"dialer\.trunks: two trunks are called a: a list names its trunk",
        ),
        ("[queues.sales.survey]\ntries = 2", r"centre\.toml: queues\.sales\.survey\.question: Field required"),
        ('[queues.sales.survey]\nquestion = "a,b"', r"queues\.sales\.survey\.question: .*match"),
        ('[queues.sales.survey]\nquestion = "q"\nanswer_seconds = 0', r"queues\.sales\.survey\.answer_seconds: .*"),
        ('[queues.sales.survey]\nquestions = "q"', r"survey\.questions: .*known here: is_on, question, thanks"),
        ('[[agents]]\nname = "Ada"', r"agents\.0\.number: Field required"),
        ('[[phones]]\nlabel = "Desk 1"', r"phones\.0\.number: Field required"),
        (
            '[[phones]]\nnumber = "801"\n[[phones]]\nnumber = "801"\ninterface = "SIP/1"',
            r"the number '801' is used twice",
        ),
        (
            '[[phones]]\nnumber = "801"\n[[phones]]\nnumber = "802"\ninterface = "PJSIP/801"',
            r"phones: the interface 'pjsip/801' is used twice",
        ),
        (
            '[[agents]]\nnumber = "1001"\nname = "Ada"\n[[phones]]\nnumber = "801"\ninterface = "PJSIP/1001"',
            r"phones: the interface 'pjsip/1001' is used twice",
        ),
        (
            '[[agents]]\nnumber = "1001"\nname = "Ada"\n[[phones]]\nnumber = "1001"\ninterface = "PJSIP/801"',
            r"phones: the number '1001' is used twice",
        ),
        (
            '[queues.sales]\nextension = "801"\n[[phones]]\nnumber = "801"',
            r"phones: the number '801' is used twice",
        ),
        (
            '[[agents]]\nnumber = "1"\nname = "Ada"\n[[agents]]\nnumber = "2"\nname = "Ada"\n[[phones]]\nnumber = "8"',
            r"desk phones know the name alone: the name 'ada' is used twice",
        ),
        (
            '[[agents]]\nnumber = "1001"\nname = "Ada"\nhas_phone = false',
            r"agents\.1001: has_phone = false, and there are no desk phones",
        ),
        (
            '[[agents]]\nnumber = "1001"\nname = "Ada"\nhas_phone = false\ninterface = "PJSIP/1"',
            r"agents\.0: has_phone = false: leave interface and secret out",
        ),
        ('[[agents]]\nnumber = "1001"\nname = "Ada"\npin = "12a4"', r"agents\.0\.pin: 4 to 10 digits"),
        ('[browser_phone]\nsecret = "short"', r"browser_phone\.secret: needs at least 16 characters"),
        ('[[pbxs]]\nbrowser_phone_url = "ws://pbx.example/ws"', r"browser_phone_url: use wss://; ws:// is for 127"),
        ('[[pbxs]]\nbrowser_phone_url = "wss://pbx.example:0/ws"', r"browser_phone_url: a port is from 1 to 65535"),
        ('[[pbxs]]\nbrowser_phone_url = "wss://a.example/ws; script-src *"', r"browser_phone_url: .*match"),
    ],
)
def test_mistake_names_file_key_and_what_is_allowed(text: str, told: str) -> None:
    with pytest.raises(SetupFailed, match=told):
        load(_write(text))


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(SetupFailed) as failure:
        load(_write('timezone = "Mars"\n[http]\nport = -1\n'))
    assert len(failure.value.message.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CALLCENTER_HTTP__PORT", "x", "variable CALLCENTER_HTTP__PORT: http.port: .*valid integer"),
        ("CALLCENTER_TIMEZONE", "Mars", "variable CALLCENTER_TIMEZONE: timezone: unknown"),
        ("CALLCENTER_PBXS", "[{", 'CALLCENTER_.*"pbxs"'),
    ],
)
def test_mistake_in_a_variable_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupFailed, match=told):
        load(_write("[http]\nport = 80\n"))


def test_file_that_does_not_exist_is_told() -> None:
    with pytest.raises(SetupFailed, match=r"nowhere\.toml: there is no such file"):
        load(Path("nowhere.toml"))


def test_file_that_is_not_text_is_told() -> None:
    Path("centre.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SetupFailed, match=r"centre\.toml: "):
        load(Path("centre.toml"))


def test_secrets_are_not_repeated() -> None:
    with pytest.raises(SetupFailed) as failure:
        load(
            _write(
                '[[pbxs]]\nsecret = ["hunter2"]\nport = "hunter2"\n[[agents]]\nnumber = "1"\nname = "A"\nsecret = 5\n'
            )
        )
    assert "hunter2" not in failure.value.message
