"""How people and systems outside are told."""

from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr

from callcenter.settings.part import Part


class MailSettings(Part):
    """The SMTP server that takes the centre's mail, and who it is from; no mail is sent while `host` is empty."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    secret: SecretStr = SecretStr("")
    sender: Annotated[str, Field(pattern=r"^([^\x00-\x1f\x7f]*[^\x00-\x20\x7f@<>]+@[A-Za-z0-9.-]+>?)?$")] = ""

    @property
    def is_set(self) -> bool:
        """Whether mail can be sent at all."""
        return bool(self.host and self.sender)


class WebhookSettings(Part):
    """Where webhooks may go beyond what they may anyway: networks such as "127.0.0.0/8"."""

    allowed_networks: tuple[IPvAnyNetwork, ...] = ()
