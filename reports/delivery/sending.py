"""The worker's part of scheduled reports: it sends what is due, and tries again."""

import logging
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from callcenter.locking import try_again_when_locked
from reports.delivery import planning, times
from reports.delivery.contents import Contents, contents
from reports.delivery.smtp import NotSent, Server, hand_over
from reports.export import audit
from reports.export.wanted import Unreadable
from reports.models import Delivery, ExportAudit
from reports.models.schedules import SENT_TO

logger = logging.getLogger(__name__)

State, Problem = Delivery.State, Delivery.Problem
# Any server can pass it on, also one that takes no 8-bit text.
_POLICY = SMTP.clone(cte_type="7bit")


def send_due() -> None:
    """Send every report that is due, each as often as it is planned: once.

    Raises django.db.Error.
    """
    if settings.MAIL_SERVER is None:
        return
    now = timezone.now()
    planning.plan(now)
    found = planning.due(now).select_related("schedule__user")
    for delivery in found.order_by("next_at", "pk"):
        send(delivery)


def send(delivery: Delivery) -> None:
    """Try to send one that is due, unless another worker has begun to.

    Raises django.db.Error.
    """
    now = timezone.now()
    if not _claim(delivery, now):
        return
    try:
        mail = contents(delivery, now)
    except PermissionDenied:
        _end(delivery, Problem.NO_RIGHT)
    except Unreadable:
        _end(delivery, Problem.UNREADABLE)
    except Exception:
        # Also what the database refuses. While it is away noting that fails as well.
        logger.exception("delivery %d has no contents", delivery.pk)
        _later(delivery, Problem.ERROR)
    else:
        _hand_over(delivery, mail, now)


def _claim(delivery: Delivery, now: datetime) -> bool:
    """Begin a try, if nobody else has begun it."""
    was_sending = delivery.state == State.SENDING
    if was_sending:
        # It stays said, whatever becomes of it.
        logger.warning("delivery %d was interrupted while it was sent", delivery.pk)
        delivery.problem = Problem.INTERRUPTED
    claimed = Delivery.objects.filter(
        pk=delivery.pk, state=delivery.state, tries=delivery.tries
    ).update(
        state=State.WAITING,
        tries=delivery.tries + 1,
        next_at=now + planning.SENDING_FOR,
        problem=delivery.problem,
    )
    delivery.state, delivery.tries = State.WAITING, delivery.tries + 1
    return claimed == 1


def _hand_over(delivery: Delivery, mail: Contents, now: datetime) -> None:
    pending = delivery.pending
    record = _recorded(delivery, mail)
    # Committed first: if this process ends now, it may have been sent.
    begun = _change(
        delivery,
        state=State.SENDING,
        next_at=timezone.now() + planning.SENDING_FOR,
        rows=mail.rows,
        is_without_file=mail.attachment is None,
        is_masked=mail.is_masked,
        audit=record,
    )
    if not begun:
        return
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    refused: dict[str, str] = {}
    try:
        server = Server(**(settings.MAIL_SERVER or {}))
        message = message_of(delivery, mail, now)
        if pending:
            refused = hand_over(server, message, sender, pending)
    except NotSent as error:
        logger.warning("delivery %d is not sent: %s", delivery.pk, error)
        _later(delivery, error.problem, error.said)
    except Exception:
        logger.exception("delivery %d is not sent", delivery.pk)
        _later(delivery, Problem.ERROR)
    else:
        _answered(delivery, pending, refused)


def message_of(delivery: Delivery, mail: Contents, now: datetime) -> EmailMessage:
    """The message itself; the same delivery has the same Message-ID each time."""
    message = EmailMessage(_POLICY)
    sender = settings.DEFAULT_FROM_EMAIL
    host = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    message["Subject"] = mail.subject
    message["From"] = sender
    message["To"] = ", ".join(delivery.schedule.addresses)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = (
        f"<report-{delivery.pk}-{delivery.planned_at:%Y%m%d%H%M%S%f}@{host}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.attachment:
        maintype, _slash, subtype = mail.attachment.content_type.partition("/")
        message.add_attachment(
            mail.attachment.data,
            maintype=maintype,
            subtype=subtype,
            filename=mail.attachment.name,
        )
    # Last: heads of this kind belong to the first part until there are several.
    message["Content-Language"] = delivery.schedule.language
    return message


def _answered(delivery: Delivery, asked: list[str], refused: dict[str, str]) -> None:
    """Note what became of each address; those refused for now are tried again."""
    delivery.answers |= {address: refused.get(address, SENT_TO) for address in asked}
    if delivery.pending:
        _later(delivery, Problem.RECIPIENTS, next(iter(refused.values()), ""))
    elif SENT_TO in delivery.answers.values():
        _sent(delivery)
    else:
        _end(delivery, Problem.RECIPIENTS, next(iter(refused.values()), ""))


def _later(delivery: Delivery, problem: Delivery.Problem, said: str = "") -> None:
    """Let it be tried again after a while, or give it up after a day."""
    next_at = times.next_try(delivery.tries, delivery.asked_at, timezone.now())
    if next_at is None:
        if SENT_TO in delivery.answers.values():
            _sent(delivery)
        else:
            _end(delivery, problem, said)
        return
    _change(
        delivery,
        state=State.WAITING,
        next_at=next_at,
        problem=problem,
        said=said,
        answers=delivery.answers,
    )
    _audited(delivery, ExportAudit.State.INTERRUPTED)


def _sent(delivery: Delivery) -> None:
    was_interrupted = delivery.problem == Problem.INTERRUPTED
    _change(
        delivery,
        state=State.SENT,
        next_at=None,
        sent_at=timezone.now(),
        problem=Problem.INTERRUPTED if was_interrupted else "",
        said="",
        answers=delivery.answers,
    )
    _audited(delivery, ExportAudit.State.COMPLETE)


def _end(delivery: Delivery, problem: Delivery.Problem, said: str = "") -> None:
    _change(
        delivery,
        state=State.FAILED,
        next_at=None,
        problem=problem,
        said=said,
        answers=delivery.answers,
    )
    _audited(delivery, ExportAudit.State.INTERRUPTED)


def _change(delivery: Delivery, **changes: Any) -> bool:
    """Change the row while the try is ours."""
    ours = Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries)
    # What is not noted of a mail that was sent sends it twice.
    return try_again_when_locked(lambda: ours.update(**changes)) == 1


def _recorded(delivery: Delivery, mail: Contents) -> ExportAudit:
    """The record of the export, begun with the first try.

    It names whoever gets the mail, also where the recipients were changed since.
    """
    had = [address for address, said in delivery.answers.items() if said == SENT_TO]
    to = ",".join(dict.fromkeys([*had, *delivery.schedule.addresses]))
    query = "&".join(filter(None, (mail.query, f"mail_to={to}")))
    if delivery.audit is None:
        delivery.audit = audit.begin(
            delivery.schedule.user,
            mail.subject_of_audit,
            query,
            "xlsx",
            is_masked=mail.is_masked,
        )
    else:
        ExportAudit.objects.filter(pk=delivery.audit.pk).update(
            query=audit.without_numbers(query),
            # Whoever has it already may have got it with numbers.
            is_masked=mail.is_masked and (delivery.audit.is_masked or not had),
        )
    return delivery.audit


def _audited(delivery: Delivery, state: ExportAudit.State) -> None:
    if delivery.audit is None:
        return
    row_count = (
        Delivery.objects.filter(pk=delivery.pk).values_list("rows", flat=True).first()
    )
    is_sent = state == ExportAudit.State.COMPLETE
    ExportAudit.objects.filter(pk=delivery.audit.pk).update(
        state=state, ended_at=timezone.now(), row_count=(row_count or 0) * is_sent
    )
