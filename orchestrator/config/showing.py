"""Values as they may be shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from orchestrator.config.catalogue import Setting
from orchestrator.config.settings import Settings

# Greedy: a password may hold an @ of its own. What follows a ? may be a password as well.
_LOGIN = re.compile(r"(?<=://).*(?=@)")
_QUERY = re.compile(r"\?.*", re.DOTALL)
HIDDEN = "***"


def shown(setting: Setting, settings: Settings) -> Any:
    """The setting's value, ready for JSON; of a URL without its login, of any other secret nothing."""
    value = getattr(settings, setting.name)
    if setting.secret:
        return _without_login(value) if "://" in value else HIDDEN if value else ""
    if isinstance(value, tuple):
        return [_without_login(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _without_login(url: str) -> str:
    return _QUERY.sub(f"?{HIDDEN}", _LOGIN.sub(HIDDEN, url, count=1))
