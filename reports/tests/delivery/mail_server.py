"""A mail server on loopback that speaks SMTP and does as it is told."""

import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from reports.delivery.smtp import Server


@dataclass
class MailServer:
    """What it answers, and what it got."""

    # The answer to a command in place of the usual one; None hangs up.
    answers: dict[str, str | None] = field(default_factory=dict)
    # Answers to RCPT by address.
    refused: dict[str, str] = field(default_factory=dict)
    user: str = ""
    context: ssl.SSLContext | None = None
    is_silent: bool = False
    # What a client has logged in with, as AUTH PLAIN has it.
    credentials: bytes = b""
    # Recipients and raw messages that it accepted.
    accepted: list[tuple[list[str], bytes]] = field(default_factory=list)
    address: tuple[str, int] = ("", 0)
    # Set once it has a message, and before it says so.
    got: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event | None = None

    def settings(self, **more: Any) -> dict[str, Any]:
        """As EMAIL_URL names it."""
        host, port = self.address
        return {"host": host, "port": port, **more}

    def server(self, **more: Any) -> Server:
        """As `hand_over` takes it, with little patience."""
        return Server(**self.settings(**{"seconds": 0.5, **more}))

    @property
    def messages(self) -> list[EmailMessage]:
        """What it accepted, parsed."""
        return [
            message_from_bytes(raw, policy=default)
            for _recipients, raw in self.accepted
        ]


@contextmanager
def mail_server(**said: Any) -> Iterator[MailServer]:
    """A server that runs while the context does."""
    known = MailServer(**said)

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                _talk(self, known)
            except (OSError, ssl.SSLError):
                pass  # the client has gone
            finally:
                # That of STARTTLS, if it came to that.
                self.request.close()

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Listener(("127.0.0.1", 0), Conversation) as listener:
        known.address = ("127.0.0.1", listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield known
        finally:
            listener.shutdown()
            thread.join()


def _talk(handler: socketserver.StreamRequestHandler, known: MailServer) -> None:
    reader, connection = handler.rfile, handler.connection
    recipients: list[str] = []
    if known.is_silent:
        reader.readline()
        return

    def say(answer: str) -> None:
        connection.sendall(answer.encode() + b"\r\n")

    say(known.answers.get("connect") or "220 mail.example.com ESMTP")
    while line := reader.readline():
        command = line.split()[0].upper().decode("ascii", "replace")
        if command in known.answers:
            answer = known.answers[command]
            if answer is None:
                return
            say(answer)
        elif command == "EHLO":
            say("250-mail.example.com")
            if known.context and not isinstance(connection, ssl.SSLSocket):
                say("250-STARTTLS")
            say("250 AUTH PLAIN" if known.user else "250 8BITMIME")
        elif command == "AUTH":
            known.credentials = b64decode(line.split()[2])
            say("235 welcome")
        elif command == "STARTTLS" and known.context:
            say("220 go ahead")
            connection = known.context.wrap_socket(connection, server_side=True)
            handler.request = connection
            reader = connection.makefile("rb")
        elif command == "RCPT":
            address = line.decode().partition("<")[2].partition(">")[0]
            if address in known.refused:
                say(known.refused[address])
            else:
                recipients.append(address)
                say("250 ok")
        elif command == "DATA":
            say("354 go ahead")
            raw = b""
            while (row := reader.readline()) != b".\r\n":
                raw += row.removeprefix(b".") if row.startswith(b"..") else row
            if "message" in known.answers:
                say(str(known.answers["message"]))
                continue
            known.accepted.append((recipients, raw))
            recipients = []
            known.got.set()
            if known.may_answer is not None:
                known.may_answer.wait(5)
            say("250 queued")
        elif command == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")
