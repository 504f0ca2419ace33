"""Answers on a loopback port with its process and the question; also a program."""

import asyncio
import os
import sys
from typing import ClassVar

from callcenter.standin.phone.loopback import Loopback

SECRET = b"of the tests"


class EchoService:
    """Answers with its process and the question."""

    failures: ClassVar[list[dict[str, str]]] = []

    async def answer(self, question):
        if question.get("do") == "sleep":
            await asyncio.sleep(question["seconds"])
        if question.get("do") == "fail":
            self.failures.append(question)
            raise KeyError(question["do"])
        return {"process": os.getpid(), "asked": question}

    async def work(self):
        await asyncio.Event().wait()


def loopback(port: int, secret: bytes = SECRET) -> Loopback:
    """The echo service of a port."""
    return Loopback(port, secret, EchoService)


if __name__ == "__main__":
    # Asks once, says who answered, and stays until it is ended.
    answer = loopback(int(sys.argv[1])).ask({"do": "hello"})
    sys.stdout.write(f"{answer['process']}\n")
    sys.stdout.flush()
    sys.stdin.read()
