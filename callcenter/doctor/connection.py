"""Checks of the way to Asterisk: address, AMI, login, clock, release."""

import ipaddress

from callcenter.asterisk.dialplan import SECURITY_FLOOR
from callcenter.asterisk.examination import Examination, Reached
from callcenter.asterisk.installation import OLDEST, Version, parse_version
from callcenter.doctor.findings import Finding, PbxCheck, error, ok, unknown, warning
from callcenter.settings import PbxSettings, Settings

SKEW_WARNING_SECONDS = 1.0
SKEW_ERROR_SECONDS = 10.0

FLOORS = {20: Version(20, 20, 1), 21: Version(21, 12, 3), 22: SECURITY_FLOOR, 23: Version(23, 4, 1)}
"""The oldest release of each branch with the security fixes of June 2026; branches before 20 get none any more."""


def _where(pbx: PbxSettings) -> str:
    return f"{pbx.host}:{pbx.port}"


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(found: Examination, _settings: Settings) -> Finding:
    """Whether anything listens there."""
    if found.reached >= Reached.ADDRESS:
        return ok(f"{_where(found.pbx)} answers")
    return error(
        f"{_where(found.pbx)} cannot be reached: {found.why}",
        "Is Asterisk running? Compare host and port of this PBX with enabled, bindaddr and port in [general] of "
        "manager.conf; look for a firewall between.",
    )


def ami(found: Examination, _settings: Settings) -> Finding:
    """Whether it is AMI that listens."""
    if found.reached >= Reached.AMI:
        return ok(f"{found.banner}{', over TLS' if found.pbx.tls else ''}")
    if found.pbx.tls:
        return error(
            f"no AMI over TLS: {found.why}",
            "Compare port with tlsbindaddr in manager.conf (5039 by default), and let this machine trust the "
            "certificate of tlscertfile; it must be made out for the host in the settings. "
            "Without TLS on the PBX: tls = false.",
        )
    return error(
        f"this is no AMI: {found.why}",
        "port must be that of [general] in manager.conf (5038 by default), not that of SIP, HTTP or the TLS port "
        "(for that one set tls = true).",
    )


def login(found: Examination, _settings: Settings) -> Finding:
    """Whether the account is let in."""
    pbx = found.pbx
    if found.reached < Reached.LOGIN:
        return error(
            f"user {pbx.username} is refused: {found.why}",
            f"Compare username and secret of this PBX with [{pbx.username}] in manager.conf; its permit must allow "
            "this machine's address. Then: asterisk -rx 'manager reload'.",
        )
    if found.why:
        return error(f"the connection ended after the login: {found.why}", "Look into Asterisk's log for the reason.")
    if not pbx.tls and not _is_local(pbx.host):
        return warning(
            f"user {pbx.username} is let in, but callers' numbers cross the network in clear",
            "Set tlsenable=yes and tlscertfile in manager.conf, and tls = true and its port here; or use a tunnel.",
        )
    return ok(f"user {pbx.username} is let in")


def clock(found: Examination, _settings: Settings) -> Finding:
    """Whether both machines agree on the time: every instant is the PBX's, every timer on a page is ours."""
    skew = found.skew_seconds
    if skew is None:
        return unknown("Asterisk did not tell its time")
    if abs(skew) <= SKEW_WARNING_SECONDS:
        return ok(f"{abs(skew):.1f} s apart")
    said = f"the PBX's clock is {abs(skew):,.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    advice = "Let NTP (chrony, systemd-timesyncd) keep both clocks; timedatectl shows whether it does."
    return (error if abs(skew) >= SKEW_ERROR_SECONDS else warning)(said, advice)


def version(found: Examination, _settings: Settings) -> Finding:
    """Whether this Asterisk is new enough to work with, and to be safe."""
    told = found.core.get("AsteriskVersion", "")
    release = parse_version(f"Asterisk {told}")
    if release is None or "cert" in told:
        return unknown(
            f"{f'Asterisk {told}' if told else 'the release is not told'} ({found.banner})",
            f"The security floor is {SECURITY_FLOOR} ({FLOORS[20]} in branch 20): asterisk -V on the PBX tells.",
        )
    if release < OLDEST:
        return error(f"Asterisk {release} is too old to work with", f"Upgrade to {SECURITY_FLOOR} or newer.")
    if release.major < min(FLOORS):
        return warning(
            f"Asterisk {release}: this branch gets no fixes any more, not for security either",
            f"Upgrade to {SECURITY_FLOOR} or newer.",
        )
    floor = FLOORS.get(release.major)
    if floor and release < floor:
        return warning(f"Asterisk {release} has known security holes", f"Upgrade to {floor} or newer.")
    return ok(f"Asterisk {release}")


CHECKS = (
    PbxCheck("address", "Address", Reached.NOTHING, address),
    PbxCheck("ami", "AMI", Reached.ADDRESS, ami),
    PbxCheck("login", "Login", Reached.AMI, login),
)

CHECKS_OF_RELEASE = (
    PbxCheck("clock", "Clocks", Reached.LOGIN, clock),
    PbxCheck("version", "Asterisk release", Reached.LOGIN, version),
)
