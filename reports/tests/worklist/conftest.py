"""Who looks at the work list in its tests."""

from reports.tests.admin.conftest import member, staff

__all__ = ["member", "staff"]
