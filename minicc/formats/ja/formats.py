"""How moments read in Japanese: to the second, as support needs them. No database."""

DATETIME_FORMAT = "Y/m/d(D) H:i:s"
