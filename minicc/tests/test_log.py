"""A log that nobody reads holds nobody up. No database."""

import logging
import os
import threading

import pytest

from minicc import log


@pytest.fixture
def pipe():
    """A pipe as the log of a process; gives both ends."""
    reading, writing = os.pipe()
    root = logging.getLogger()
    before = root.handlers[:]
    stream = os.fdopen(writing, "w")
    handler = logging.StreamHandler(stream)
    handler.addFilter(log.OneLineForRefusals())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root.handlers[:] = [handler]
    log.write_in_a_thread()
    yield reading, stream
    root.handlers[:] = before
    os.close(reading)


def read(reading: int) -> str:
    log.flush()
    return os.read(reading, 65_536).decode()


def test_lines_are_written_by_a_thread(pipe):
    logging.getLogger("x").warning("so many: %d", 3)

    assert read(pipe[0]) == "WARNING so many: 3\n"


def test_traceback_of_a_fault_is_written_and_that_of_a_refusal_is_not(pipe):
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("x").exception("a fault")
        logging.getLogger("x").warning(
            "refused", exc_info=True, extra={"status_code": 403}
        )

    text = read(pipe[0])
    assert text.count("Traceback") == 1
    assert text.endswith("WARNING refused\n")


def test_pipe_that_is_stuck_holds_nobody_up_and_what_is_lost_is_counted(
    pipe, monkeypatch
):
    reading, _stream = pipe
    # Far more than a pipe and the queue take.
    logger, line = logging.getLogger("x"), "y" * 1000

    def say() -> None:
        for _number in range(log.MOST_WAITING + 1000):
            logger.warning(line)

    saying = threading.Thread(target=say)
    saying.start()
    saying.join(20)
    assert not saying.is_alive()

    text = ""
    while "lines of the log were lost" not in text:
        logger.warning("again")
        text = text[-2000:] + os.read(reading, 65_536).decode()
