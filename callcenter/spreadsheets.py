"""What a spreadsheet would take for a formula, and how it is kept from doing so."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection), as typed in Chinese, too."""


def harmless(text: str) -> str:
    """The text as a spreadsheet will show it: an apostrophe before what it would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
