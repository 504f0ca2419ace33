"""How moments read in English: to the second, as support needs them. No database."""

DATETIME_FORMAT = "j M Y, H:i:s"
