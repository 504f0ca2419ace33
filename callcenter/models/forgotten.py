"""Callers some of whose calls are forgotten, and others not, or not yet."""

from django.db import models

from callcenter.models.fields import AsciiField, CallerField


class HalfForgotten(models.Model):
    """One caller of both old calls without a number and newer ones that have it still.

    Calls that are forgotten later get the same pseudonym, so that all of them still
    count as those of one caller. The row goes with the last call that has the number:
    it tells nothing that the calls do not tell.
    """

    caller = CallerField(unique=True, blank=False)
    pseudonym = AsciiField(max_length=32)

    class Meta:
        # Nobody looks at them or edits them.
        default_permissions = ()

    def __str__(self) -> str:
        return self.pseudonym
