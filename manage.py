#!/usr/bin/env python
"""Django's command line for MiniCC."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from callcenter.management.command import DATABASE_FAILURES, sentence_of

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minicc.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"MiniCC: {problem}")
    except DATABASE_FAILURES as problem:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"MiniCC: {sentence_of(problem)}")
