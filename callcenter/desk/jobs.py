"""The regular job that signs out whose page has gone (settings.WORKER_JOBS)."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job


def _sign_out() -> None:
    # Only the worker needs what keeps events.
    from callcenter.desk.acts import sign_out_the_gone  # noqa: PLC0415

    sign_out_the_gone(timezone.now())


JOBS = (
    Job("desks", _("Sign out operators whose page has gone"), _sign_out, minute="*"),
)
