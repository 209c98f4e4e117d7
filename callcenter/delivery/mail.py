"""E-mail: a message of plain and HTML text with attachments, given to the SMTP server of the settings."""

import ssl
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

import aiosmtplib
from msgspec import Struct

from callcenter.delivery.rules import check_header, check_recipients
from callcenter.delivery.trying import Answer
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.settings import MailSettings

SMTP_SECONDS: Seconds = 30
"""How long a mail server may take over each of its answers."""

LARGEST_MAIL = 20 * 1024 * 1024
"""What common mail servers take; bytes."""

NOT_SET = "no mail server is set: give mail.host and mail.sender in the settings"
_WIRE = policy.SMTP


class Attachment(Struct, frozen=True):
    """A file that goes with a mail; `media_type` as `text/csv`."""

    name: str
    media_type: str
    content: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """An e-mail. `text` is always there, for readers that show no HTML."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def as_message(mail: Mail) -> bytes:
    """The mail as it is kept: whole but for its sender, id and date. Raises BadInput naming the field at fault."""
    check_recipients(mail.to)
    check_header(mail.subject, "subject")
    message = EmailMessage(policy=_WIRE)
    message["To"] = ", ".join(mail.to)
    message["Subject"] = mail.subject
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        _attach(message, attachment)
    content = message.as_bytes()
    if len(content) > LARGEST_MAIL:
        raise BadInput(f"the mail has {len(content)} bytes, more than {LARGEST_MAIL}", field="attachments")
    return content


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    check_header(attachment.name, "attachments")
    maintype, _, subtype = attachment.media_type.partition("/")
    message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name)


async def hand_over(content: bytes, delivery_id: str, at: Instant, settings: MailSettings) -> Answer:
    """Gives a kept mail to the mail server."""
    if not settings.is_set:
        return Answer(None, NOT_SET)
    message = message_from_bytes(content, policy=_WIRE)
    name, address = parseaddr(settings.sender)
    message["From"] = formataddr((name, address))
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message["Message-ID"] = f"<{delivery_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    try:
        refused, said = await aiosmtplib.send(message, **_way(settings))
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _refused([(one.code, f"{one.recipient}: {one.message}") for one in error.recipients])
    except aiosmtplib.SMTPResponseException as error:
        return Answer(error.code, f"the mail server said {error.code} {error.message}", is_final=_is_final(error))
    except (aiosmtplib.SMTPException, OSError) as error:
        return Answer(None, f"the mail server {settings.host} cannot be used: {str(error) or type(error).__name__}")
    if refused:
        return _refused([(reply.code, f"{who}: {reply.message}") for who, reply in refused.items()], has_arrived=True)
    return Answer(250, said, has_arrived=True)


def _way(settings: MailSettings) -> dict[str, Any]:
    return {
        "hostname": settings.host,
        "port": settings.port,
        "username": settings.username or None,
        "password": settings.secret.get_secret_value() or None,
        "timeout": SMTP_SECONDS,
        "use_tls": settings.tls == "implicit",
        "start_tls": settings.tls == "starttls",
        "tls_context": ssl.create_default_context() if settings.tls != "none" else None,
    }


def _refused(replies: list[tuple[int, str]], *, has_arrived: bool = False) -> Answer:
    """Some recipients, or all, were refused: nothing is tried again for the others' sake, who would get it twice."""
    said = "refused for " + "; ".join(f"{text} ({code})" for code, text in replies)
    return Answer(replies[0][0], said, has_arrived=has_arrived, is_final=all(code >= 500 for code, _ in replies))


def _is_final(error: aiosmtplib.SMTPResponseException) -> bool:
    """Whether the same mail would be refused again; a password may be set right meanwhile."""
    return error.code >= 500 and not isinstance(error, aiosmtplib.SMTPAuthenticationError)
