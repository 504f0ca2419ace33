"""What callers go through where no active operator serves a queue, or it is off."""

from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser, User
from django.utils.html import format_html
from django.utils.translation import gettext

from callcenter.flow.plan import LinePlan, Plan
from reports.callflow.place_names import PlaceName, operators_url, place_names
from reports.callflow.places import Place
from reports.present import formats


def queue_warnings(plan: Plan, user: User | AnonymousUser) -> "QueueWarnings":
    """The warnings about the queues of a plan, for a user who may see the setup."""
    return QueueWarnings(plan, place_names(), operators_url(user))


class QueueWarnings:
    """Warnings about the queues of a plan, each with a link to the operators' page."""

    def __init__(
        self, plan: Plan, names: Mapping[Place, PlaceName], operators_url: str = ""
    ) -> None:
        self._plan = plan
        self._names = names
        self._operators_url = operators_url
        self._served = {slug for who in plan.operators for slug in who.queues}

    def unserved(self, slug: str) -> str:
        """What callers of a queue go through; empty if an active operator serves it.

        Empty, too, for a queue that is switched off: no caller gets there.
        """
        queue = self._plan.queues.get(slug)
        if queue is None or slug in self._served:
            return ""
        if queue.leaves_when_unstaffed:
            said = gettext(
                "No active operator serves “%(queue)s”: callers hear an apology at"
                " once, and the call ends."
            )
        else:
            said = gettext(
                "No active operator serves “%(queue)s”: callers wait for %(wait)s, hear"
                " an apology, and the call ends."
            )
        longest = formats.duration(queue.max_wait_seconds)
        text = said % {"queue": self._name(slug), "wait": longest}
        if not self._operators_url:
            return text
        link = gettext("Assign operators")
        return format_html('{} <a href="{}">{}</a>', text, self._operators_url, link)

    def switched_off(self, slug: str, instead: str) -> str:
        """Where callers go who are led to a queue that is off: the queue `instead`.

        Without another queue they hear an apology.
        """
        said = gettext("“%(queue)s” is switched off: callers go to “%(instead)s”.")
        if not instead:
            said = gettext("“%(queue)s” is switched off: callers hear an apology.")
        return said % {"queue": self._name(slug), "instead": self._name(instead)}

    def of_line(self, line: LinePlan) -> str:
        """The warning about a line's own queue, where silence and wrong keys lead."""
        if line.queue in self._plan.queues:
            return self.unserved(line.queue)
        return self.switched_off(line.queue, next(iter(self._plan.queues), ""))

    def _name(self, slug: str) -> str:
        known = self._names.get(("queue", slug))
        return known.name if known else slug
