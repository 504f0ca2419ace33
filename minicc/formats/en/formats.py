"""How moments, days and times read in English, and are typed. No database."""

# To the second, as support needs them.
DATETIME_FORMAT = "j M Y, H:i:s"
DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
# To the minute and without the year, where the year goes without saying.
SHORT_DATETIME_FORMAT = "j M, H:i"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "H:i"
# As the pages write a day, too. The first one fills a form.
DATE_INPUT_FORMATS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y"),
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
