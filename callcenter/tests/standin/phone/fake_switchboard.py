"""A switchboard for tests of the telephone pages, which only ask it."""

from callcenter.demo.setup.installation import LINE

SID = "CA" + "1" * 32


class FakeSwitchboard:
    """Keeps what it is asked, and answers what a test wants."""

    def __init__(self):
        self.asked = []
        ends = {"from": "+815000000301", "to": LINE, "with": ""}
        self.answers: dict[str, object] | Exception = {"call": SID, "news": [], **ends}

    def ask(self, question):
        self.asked.append(question)
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers
