"""Addresses of other systems' pages, made from templates of the settings. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

LONGEST = 2000


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each `{place}` filled in, encoded: whatever stands there, it ends neither path nor query."""
    return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), template)


def page_of(text: object) -> str:
    """An address that a browser may be sent to; "" where this is none."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii() or not text.isprintable():
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname else ""
