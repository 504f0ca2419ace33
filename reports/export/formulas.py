"""Text that a spreadsheet would run as a formula. No database."""

import re

# What begins a formula, in half and full width, or lets one begin in the next cell.
BEGINS = "=+-@\t\r\n＝＋－＠"
# A number as Twilio writes it is harmless, and programs must find it as it is. So is
# one from abroad as our pages write it: behind the space nothing can be calculated.
_NUMBER = re.compile(r"\+[0-9]{1,15}|\+[0-9]{1,3} [0-9][0-9 -]{0,20}")


def escape_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it."""
    if text[:1] in BEGINS and text and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unescape_formula(text: str) -> str:
    """The text that `escape_formula` was given, for a file that comes back."""
    return text[1:] if text[:1] == "'" and escape_formula(text[1:]) == text else text
