"""What may be sent where, how it is signed, when it is tried again."""

import ipaddress

import pytest

from callcenter.delivery.rules import (
    BACK_OFF,
    check_header,
    check_kinds,
    check_recipients,
    check_url,
    may_reach,
    next_try,
    sign,
)
from callcenter.errors import BadInput


def test_signature_is_the_one_of_the_published_example() -> None:
    """The example of the Standard Webhooks specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    content = b'{"test": 2432232314}'
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, content)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_pauses_grow_over_hours_and_then_it_is_given_up() -> None:
    pauses = [next_try(tries, 0, 0.0) for tries in range(1, len(BACK_OFF) + 1)]
    assert pauses == sorted(BACK_OFF)
    assert sum(BACK_OFF) > 12 * 3600
    assert next_try(1, 100, 1.0) == 112
    assert next_try(len(BACK_OFF) + 1, 0, 0.0) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "https:///path",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org/\r\nX: y",
        "https://example.org/a b",
        "https://例.org/",
        "https://example.org:notaport/",
        "https://[::1/",
        "javascript:alert(1)",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "https://example.org/" + "x" * 2000,
        "",
    ],
)
def test_address_that_webhooks_do_not_call(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_url(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?x=1", "http://crm.local:8080/", "http://10.1.2.3/", "https://[2606:4700::1111]/"]
)
def test_address_that_webhooks_call(url: str) -> None:
    check_url(url)


def test_settings_can_allow_a_network() -> None:
    loopback = [ipaddress.ip_network("127.0.0.0/8")]
    check_url("http://127.0.0.1:9000/", loopback)
    assert may_reach(ipaddress.ip_address("::ffff:127.0.0.1"), loopback)
    assert not may_reach(ipaddress.ip_address("::1"), loopback)


@pytest.mark.parametrize(
    "recipients",
    [
        [],
        ["nobody"],
        ["a@b\nBcc: c@d"],
        ["a@b, c@d"],
        ["<a@b>"],
        ["a b@c"],
        ["王@例.cn"],
        ["a@b"] * 51,
        ["x" * 250 + "@b.c"],
    ],
)
def test_recipients_that_are_refused(recipients: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        check_recipients(recipients)
    assert refused.value.field == "to"


@pytest.mark.parametrize("subject", ["", "a\r\nBcc: x@y", "a\nb", "a\u2028b", "x" * 301])
def test_subject_that_could_begin_another_header_is_refused(subject: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_header(subject, "subject")
    assert refused.value.field == "subject"


def test_kinds() -> None:
    check_kinds(["alert.raised", "test"])
    with pytest.raises(BadInput):
        check_kinds(["Alert raised"])
