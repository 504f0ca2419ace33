"""How moments, days and times read in Japanese, and are typed. No database."""

# To the second, as support needs them.
DATETIME_FORMAT = "Y/m/d(D) H:i:s"
DATE_FORMAT = "Y/m/d"
TIME_FORMAT = "H:i"
# As the pages write a day, too. The first one fills a form.
DATE_INPUT_FORMATS = ["%Y/%m/%d", "%Y-%m-%d", "%Y年%m月%d日"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
