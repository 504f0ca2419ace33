"""How moments, days and times read in Japanese, and are typed. No database."""

# To the second, as support needs them.
DATETIME_FORMAT = "Y/m/d(D) H:i:s"
DATE_FORMAT = SHORT_DATE_FORMAT = "Y/m/d"
# To the minute and without the year, where the year goes without saying.
SHORT_DATETIME_FORMAT = "m/d(D) H:i"
MONTH_DAY_FORMAT = "m/d(D)"
TIME_FORMAT = "H:i"
# As the pages write a day, too. The first one fills a form.
DATE_INPUT_FORMATS = ["%Y/%m/%d", "%Y-%m-%d", "%Y年%m月%d日"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
