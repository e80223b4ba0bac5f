"""Secrets that are no settings: from a variable, or from the file that the variable with `_FILE` behind it names."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.errors import ConfigError

MOST_BYTES = 10_000


def secret(name: str) -> str | None:
    """The secret without white space around it; None where neither variable is set, or is blank. The file wins.

    Raises:
        ConfigError: the file cannot be read.
    """
    named = os.environ.get(f"{name}_FILE", "").strip()
    if not named:
        return os.environ.get(name, "").strip() or None
    try:
        with Path(named).expanduser().open("rb") as file:
            return file.read(MOST_BYTES).decode().strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}_FILE: cannot read {named}: {error}") from error
