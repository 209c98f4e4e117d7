"""Customers: levels, attributes, pops and look-ups elsewhere."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from callcenter.settings.part import Part, Word


class CustomerLevel(Part):
    """How important a customer is: the code on the wire, its labels, and whether it stands out where it is shown."""

    code: Word
    label_en: str
    label_zh: str
    is_important: bool = False


class CustomerAttribute(Part):
    """Something that a customer's record says beside what every record has."""

    code: Word
    label_en: str
    label_zh: str


def _default_levels() -> tuple[CustomerLevel, ...]:
    return (
        CustomerLevel(code="important", label_en="Important", label_zh="重要客户", is_important=True),
        CustomerLevel(code="regular", label_en="Regular", label_zh="普通客户"),
    )


def _default_attributes() -> tuple[CustomerAttribute, ...]:
    return (
        CustomerAttribute(code="company", label_en="Company", label_zh="公司"),
        CustomerAttribute(code="address", label_en="Address", label_zh="地址"),
        CustomerAttribute(code="email", label_en="E-mail", label_zh="邮箱"),
    )


def _check_template(value: str, places: frozenset[str]) -> str:
    """Raises ValueError unless this is "", or an address with some of these `{places}` behind its host."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc):
        raise ValueError("an address begins with https:// or http:// and names a host, without a user")
    if set("{}") & set(parts.netloc):
        raise ValueError("the host of an address is always the same")
    unknown = set(re.findall(r"\{([^}]*)\}", value)) - places
    if unknown:
        raise ValueError(f"nothing is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(places))}")
    return value


POP_PLACES = frozenset({"number", "customer_id", "call_id", "queue", "agent"})


class PopSettings(Part):
    """Another system's page of who rings, opened in a tab of its own: by a click, or by itself when the phone rings."""

    url: str = ""
    opens: Literal["click", "ring"] = "click"

    @field_validator("url")
    @classmethod
    def _known_places(cls, value: str) -> str:
        return _check_template(value, POP_PLACES)


class CrmSettings(Part):
    """Another system that is asked who a number is. `name`, `level` and `link` are where its JSON says so (`a.b.0.c`).

    The header `header` says who asks: what stands in `token_file`, or `token`.
    """

    url: str = ""
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "Authorization"
    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    name: str = "name"
    level: str = "level"
    link: str = "link"
    timeout_seconds: Annotated[float, Field(gt=0, le=0.8)] = 0.8
    cache_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300

    @field_validator("url")
    @classmethod
    def _known_places(cls, value: str) -> str:
        return _check_template(value, frozenset({"number"}))


class CustomerSettings(Part):
    """What records of customers hold beside names and numbers, and other systems that know or show customers."""

    levels: tuple[CustomerLevel, ...] = Field(default_factory=_default_levels)
    attributes: tuple[CustomerAttribute, ...] = Field(default_factory=_default_attributes)
    pop: PopSettings = PopSettings()
    crm: CrmSettings = CrmSettings()
