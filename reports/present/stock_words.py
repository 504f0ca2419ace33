"""Sentences of Django's admin that our Japanese catalogue says in our own words.

Django's own Japanese sets spaces around a name (「キュー を追加」), and Western
quotation marks. Nothing imports this module: the catalogue of the project goes before
Django's, and a message stands in it because it is named here.
"""

from django.utils.translation import gettext_noop as _

TITLES = [
    _("Add %s"),
    _("Change %s"),
    _("Add another %(verbose_name)s"),
    _("Add another %(model)s"),
    _("Change selected %(model)s"),
    _("Delete selected %(model)s"),
    _("View selected %(model)s"),
    _("Cannot delete %(name)s"),
    _("Select %s"),
    _("Select %s to change"),
    _("Select %s to view"),
]

DONE = [
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
]

REFUSED = [
    _("%(model_name)s with this %(field_label)s already exists."),
    _("%(model_name)s with this %(field_labels)s already exists."),
]
