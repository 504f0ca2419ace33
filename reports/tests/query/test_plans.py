"""How the database finds the rows of a selection, where it would choose badly."""

import pytest

from callcenter.models import Call, IvrStep
from reports.query.selection import Selection
from reports.tests.factories import OPERATOR

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Call, IvrStep])
def test_rows_of_an_operator_are_not_looked_up_among_all_connections(model):
    rows = model.objects.filter(Selection(operators=(OPERATOR,)).condition(model))

    plan = rows.explain()

    assert plan
    assert "connection_operator" not in plan
