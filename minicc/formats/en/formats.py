"""How moments and days read in English, and are typed. No database."""

# To the second, as support needs them.
DATETIME_FORMAT = "j M Y, H:i:s"
# As the pages write a day, too. The first one fills a form.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d %b %Y"]
