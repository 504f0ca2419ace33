"""Handing a message to a mail server, and what can go wrong.

With `smtplib` itself: Django's backend does not say which recipients were refused, and
takes a server that is gone after it has accepted the mail for a failure.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from reports.models import Delivery

Problem = Delivery.Problem
# For each answer of the server.
SECONDS = 20.0
_LONGEST = 300


class NotSent(Exception):
    """Nobody has got the message; why, and what the server said of it."""

    def __init__(self, problem: Delivery.Problem, said: str = "") -> None:
        super().__init__(f"{problem.value}: {said}")
        self.problem = problem
        self.said = said


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as EMAIL_URL names it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    # TLS from the first byte, or by STARTTLS.
    has_ssl: bool = False
    has_tls: bool = False
    seconds: float = SECONDS


def hand_over(
    server: Server, message: EmailMessage, sender: str, recipients: Sequence[str]
) -> dict[str, str]:
    """Let the server send a message; the recipients it refused, with its answers.

    An answer begins with its code: 5.. is for good, 4.. may pass.

    Raises NotSent where it came to no answers about them, or not to a message.
    """
    with _failing(server):
        client = _connected(server)
        try:
            refused = client.sendmail(sender, list(recipients), message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            # Each address has its own answer, which may be to try again later.
            return _refusals(error.recipients)
        finally:
            # What happens from here on changes nothing for the message.
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
    return _refusals(refused)


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.has_ssl:
        return _logged_in(
            server,
            smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.seconds, context=context
            ),
        )
    client = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
    if server.has_tls:
        try:
            client.starttls(context=context)
        except smtplib.SMTPNotSupportedError as error:
            client.close()
            raise NotSent(Problem.NO_TLS, _short(error)) from error
        except smtplib.SMTPResponseException as error:
            client.close()
            raise NotSent(Problem.NO_TLS, _answer(error)) from error
        except BaseException:
            client.close()
            raise
    return _logged_in(server, client)


def _logged_in(server: Server, client: smtplib.SMTP) -> smtplib.SMTP:
    if not server.user:
        return client
    try:
        client.login(server.user, server.password)
    except smtplib.SMTPResponseException as error:
        client.close()
        raise NotSent(Problem.LOG_IN, _answer(error)) from error
    except smtplib.SMTPNotSupportedError as error:
        client.close()
        raise NotSent(Problem.LOG_IN, _short(error)) from error
    except UnicodeEncodeError as error:
        client.close()
        raise NotSent(Problem.LOG_IN, "only ASCII can be sent") from error
    except BaseException:
        client.close()
        raise
    return client


@contextmanager
def _failing(server: Server) -> Iterator[None]:
    """Raise what goes wrong as NotSent, with a word of the server where it said one."""
    try:
        yield
    except smtplib.SMTPSenderRefused as error:
        raise NotSent(Problem.SENDER, _answer(error)) from error
    except smtplib.SMTPConnectError as error:
        raise NotSent(Problem.UNREACHABLE, _answer(error)) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(Problem.REFUSED, _answer(error)) from error
    except smtplib.SMTPServerDisconnected as error:
        # So smtplib also calls an answer that does not come.
        if isinstance(error.__context__, TimeoutError):
            raise NotSent(Problem.TOO_SLOW, f"{server.seconds:.0f} s") from error
        raise NotSent(Problem.CUT_OFF, _short(error)) from error
    except ssl.SSLError as error:
        raise NotSent(Problem.NO_TLS, _short(error)) from error
    except TimeoutError as error:
        raise NotSent(Problem.TOO_SLOW, f"{server.seconds:.0f} s") from error
    except (socket.gaierror, OSError) as error:
        raise NotSent(Problem.UNREACHABLE, _short(error)) from error


def _refusals(answers: dict[str, tuple[int, Any]]) -> dict[str, str]:
    return {address: _said(*answer) for address, answer in answers.items()}


def _answer(error: smtplib.SMTPResponseException) -> str:
    return _said(error.smtp_code, error.smtp_error)


def _said(code: int, text: Any) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return _plain(f"{code} {words}")


def _short(error: BaseException) -> str:
    return _plain(str(error))


def _plain(text: str) -> str:
    """One line without control characters, which a terminal would obey in the log."""
    visible = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(visible.split())[:_LONGEST]
