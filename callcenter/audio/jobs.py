"""The regular job that deletes audio at Twilio (settings.WORKER_JOBS)."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from callcenter.jobs import Job

NAME = "delete-audio"
# The next run begins ten minutes later.
_SECONDS = 480.0


def _delete() -> None:
    """Delete what is due. Raises Explained for what is left."""
    # Twilio's library takes memory, and processes that serve callers list the jobs too.
    from callcenter.audio.deleting import delete_due  # noqa: PLC0415
    from callcenter.audio.due import kept_by_settings  # noqa: PLC0415 -- as above

    kept = kept_by_settings(timezone.now())
    if failure := delete_due(kept, seconds=_SECONDS).failure:
        raise failure


JOBS = (Job(NAME, _("Delete recordings at Twilio"), _delete, minute="*/10"),)
