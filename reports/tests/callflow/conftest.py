"""Who looks at the pages of the call flow in their tests."""

from reports.tests.admin.conftest import staff

__all__ = ["staff"]
