"""How moments and days read in Japanese, and are typed. No database."""

# To the second, as support needs them.
DATETIME_FORMAT = "Y/m/d(D) H:i:s"
# As the pages write a day, too. The first one fills a form.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d"]
