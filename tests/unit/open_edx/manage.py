#!/usr/bin/env python
"""As Open edX's own: the first word is the service."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    from django.core.management import execute_from_command_line

    assert sys.argv.pop(1) == "lms"
    execute_from_command_line(sys.argv)
