"""The conversation with a mail server: what it accepts, and what can go wrong."""

import socket
import ssl
from email.message import EmailMessage

import pytest
import trustme

from reports.delivery.smtp import NotSent, Server, hand_over
from reports.tests.delivery.mail_server import mail_server

A, B = "a@example.com", "b@example.com"


def message():
    made = EmailMessage()
    made["Subject"] = "Report"
    made.set_content("Text\n.\nText\n")
    return made


def send(server, *recipients):
    return hand_over(server, message(), "cc@example.com", recipients or [A])


def test_accepted_message_arrives_whole():
    with mail_server() as known:
        assert send(known.server(), A, B) == {}

        (got,) = known.messages
        assert got.get_content().split() == ["Text", ".", "Text"]
        assert known.accepted[0][0] == [A, B]


def test_each_refused_recipient_has_the_answer_of_the_server():
    refused = {A: "550 5.1.1 no such user", B: "450 greylisted"}
    with mail_server(refused=refused) as known:
        assert send(known.server(), A, B, "c@example.com") == refused
        assert [to for to, _raw in known.accepted] == [["c@example.com"]]

        assert send(known.server(), A, B) == refused


@pytest.mark.parametrize(
    ("answers", "problem", "said"),
    [
        ({"connect": "554 no service"}, "unreachable", "554 no service"),
        ({"MAIL": "550 not from you"}, "sender", "550 not from you"),
        ({"message": "552 too large"}, "refused", "552 too large"),
        ({"DATA": "451 later"}, "refused", "451 later"),
        ({"MAIL": "550 no\x1b[2J\x07way"}, "sender", "550 no [2J way"),
        ({"MAIL": None}, "cut-off", ""),
        ({"EHLO": None}, "cut-off", ""),
    ],
)
def test_what_the_server_refuses_is_told_apart(answers, problem, said):
    with mail_server(answers=answers) as known, pytest.raises(NotSent) as caught:
        send(known.server())

    assert caught.value.problem == problem
    assert said in caught.value.said


def test_server_that_is_gone_after_accepting_has_accepted():
    with mail_server(answers={"QUIT": None}) as known:
        assert send(known.server()) == {}


def test_server_that_says_nothing_is_not_waited_for_for_ever():
    with mail_server(is_silent=True) as known, pytest.raises(NotSent) as caught:
        send(known.server(seconds=0.1))

    assert caught.value.problem == "too-slow"


def test_server_that_is_not_there_or_has_no_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = Server("127.0.0.1", free.getsockname()[1], seconds=0.5)
        with pytest.raises(NotSent) as caught:
            send(nobody)
    assert caught.value.problem == "unreachable"


def test_user_and_password_are_said_to_a_server_that_wants_them():
    with mail_server(user="cc") as known:
        assert send(known.server(user="cc", password="p@ss word")) == {}
        assert known.credentials == b"\0cc\0p@ss word"

        # Python's smtplib can say no others.
        with pytest.raises(NotSent) as caught:
            send(known.server(user="cc", password="pässword"))
    assert caught.value.problem == "log-in"
    assert "ssword" not in caught.value.said


def test_wrong_password_and_a_server_that_knows_no_passwords():
    wrong = mail_server(user="cc", answers={"AUTH": "535 5.7.8 wrong"})
    with wrong as known, pytest.raises(NotSent) as caught:
        send(known.server(user="cc", password="secret"))
    assert (caught.value.problem, caught.value.said) == ("log-in", "535 5.7.8 wrong")
    assert "secret" not in str(caught.value)

    with mail_server() as known, pytest.raises(NotSent) as caught:
        send(known.server(user="cc", password="secret"))
    assert caught.value.problem == "log-in"


def test_encrypted_by_starttls_where_the_certificate_is_known(monkeypatch):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    usual = ssl.create_default_context

    with mail_server(context=context) as known:
        with pytest.raises(NotSent) as caught:
            send(known.server(has_tls=True))
        assert caught.value.problem == "no-tls"
        assert known.accepted == []

        def trusting():
            made = usual()
            authority.configure_trust(made)
            return made

        monkeypatch.setattr(
            "reports.delivery.smtp.ssl.create_default_context", trusting
        )
        assert send(known.server(has_tls=True)) == {}
        assert len(known.accepted) == 1

    with mail_server() as plain, pytest.raises(NotSent) as caught:
        send(plain.server(has_tls=True))
    assert caught.value.problem == "no-tls"
    with mail_server() as plain, pytest.raises(NotSent) as caught:
        send(plain.server(has_ssl=True))
    assert caught.value.problem in ("no-tls", "too-slow")
