"""Checks of the way from agents' browsers to a PBX: its WebSocket for SIP, and the certificate of it."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from callcenter.asterisk.certificates import DAYS
from callcenter.asterisk.websockets import Knocked, Presented, fits
from callcenter.doctor.findings import Finding, error, ok, unknown, warning

SOON = timedelta(days=30)
"""A new certificate has to be trusted by the computer of every agent: that takes its time."""


def websocket(knocked: Knocked) -> Finding:
    """Whether phones in browsers can reach the PBX."""
    if not knocked.why:
        return ok(f"{knocked.url} answers")
    return error(
        f"{knocked.url} does not answer: {knocked.why}",
        "On the PBX: asterisk -rx 'http show status' must tell the port and /ws of browser_phone_url (enabled, "
        "tlsenable and tlsbindaddr in http.conf, as callcenter dialplan render writes them), and asterisk -rx "
        "'module show like websocket' must tell res_http_websocket and res_pjsip_transport_websocket. Look for a "
        "firewall between.",
    )


def certificate(knocked: Knocked, now: datetime) -> Finding:
    """Whether browsers will take its certificate, and for how long."""
    found = knocked.certificate
    if found is None:
        return unknown(f"not looked at: {knocked.why or 'no certificate was shown'}")
    until = f"{found.until:%Y-%m-%d}"
    if not fits(found.names, knocked.host):
        told = ", ".join(found.names) or "no host at all"
        return error(f"it is for {told}, not for {knocked.host}: browsers refuse it", _advice(knocked, found))
    if now >= found.until:
        return error(f"it expired on {until}: phones in browsers cannot connect", _advice(knocked, found))
    if now < found.since:
        return error(
            f"it is valid from {found.since:%Y-%m-%d %H:%M} UTC on: browsers refuse it until then",
            "Compare the clocks of the PBX and of this machine: timedatectl; or renew it. " + _advice(knocked, found),
        )
    days = (found.until - now).days
    if found.until - now < SOON:
        return warning(f"it expires in {days} days, on {until}", _advice(knocked, found))
    own = ", signed by itself: agents' computers must trust it" if found.is_own else ""
    return ok(f"for {knocked.host}, valid until {until} ({days} days){own}")


def _advice(knocked: Knocked, found: Presented) -> str:
    """How to renew it; an authority renews its own."""
    restart = "and restart Asterisk: asterisk -rx 'core restart when convenient'"
    if not found.is_own:
        return (
            f"Have its authority renew it for {urlsplit(knocked.url).hostname}, put it where http.conf says {restart}."
        )
    return (
        f"callcenter dialplan certificate DIR --host {knocked.host} --force (DIR: where the dialplan was rendered) "
        f"makes one for {DAYS} days. Copy both files to /etc/asterisk/callcenter on the PBX, {restart}; then have each "
        "agent's computer trust the new one."
    )
