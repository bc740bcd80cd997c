"""A root's config.yml: read, with one sentence for each way in which it may be damaged.

Tutor reads the file itself before it loads any plugin, and says what is wrong in its own words; this is what everything
else says that reads it later, or reads another root's.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.types import Config

CONFIG = "config.yml"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_user(root: Path) -> Config | None:
    """The settings in the file; None where it does not exist. No text of the file is repeated: it holds secrets."""
    path = root / CONFIG
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LaunchpadError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise LaunchpadError(f"{path} is not in UTF-8: save it in that encoding.") from None
    except yaml.YAMLError as error:
        raise LaunchpadError(f"{path} is not valid YAML{_line(error)}: correct it there.") from None
    if content is None:
        raise LaunchpadError(
            f"{path} is empty, and with it the passwords of this root are lost: restore it from a copy, or "
            "with `tutor launchpad checkout` from Git."
        )
    if not isinstance(content, dict):
        raise LaunchpadError(f"{path} holds no settings: write each as a line NAME: value.")
    for name in content:
        if not isinstance(name, str):
            raise LaunchpadError(f"{path} has a setting that is named by no text: write names such as LMS_HOST.")
    return content


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" in line {mark.line + 1}" if mark is not None else ""
