"""How the log reads: what was refused is one line, what failed has its traceback."""

import logging


class OneLineForRefusals(logging.Filter):
    """Drops the traceback of an answer below 500: it is no fault of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and status < 500:
            record.exc_info = record.exc_text = None
        return True
