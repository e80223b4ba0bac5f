"""Finds the API and a key: from the environment, else from the state directory of a stack on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.client import Client
from orchestrator.errors import ConfigError, Invalid, Unavailable
from orchestrator.stack.layout import default_state_dir
from orchestrator.stack.secret_files import secret

HOW_TO_START = "Start it with `orchestrator up`, or set ORCHESTRATOR_URL and ORCHESTRATOR_API_KEY."


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the API is and the key to it."""

    url: str
    key: str = field(repr=False)


@contextmanager
def connected() -> Iterator[Client]:
    """A client for the API that `find` finds.

    Raises:
        ConfigError: the URL is no URL, or the key no key.
        Unavailable: nothing answers there; the message says how to start it.
    """
    found = find()
    try:
        client = Client(found.url, found.key)
    except Invalid as error:
        raise ConfigError(error.message) from error
    with client:
        try:
            yield client
        except Unavailable as error:
            if error.code == "unreachable":
                raise Unavailable(f"{error.message} {HOW_TO_START}", code=error.code) from error
            raise


def find() -> Connection:
    """ORCHESTRATOR_URL with ORCHESTRATOR_API_KEY; else `ports.json` and `admin.key` of the state directory.

    The state directory is ORCHESTRATOR_STATE_DIR, else that of the configuration file, else the default one. Its key
    never goes to a URL from the environment.

    Raises:
        ConfigError: ORCHESTRATOR_URL stands alone, or a file cannot be read.
        Unavailable: no stack runs in the state directory.
    """
    url, key = os.environ.get("ORCHESTRATOR_URL", "").strip(), secret("ORCHESTRATOR_API_KEY") or ""
    if url and not key:
        raise ConfigError("ORCHESTRATOR_URL is set but ORCHESTRATOR_API_KEY is not. Set the key of that API as well.")
    if url:
        return Connection(url, key)
    state = _state_dir()
    return Connection(_url_in(state), key or _key_in(state))


def _state_dir() -> Path:
    given = os.environ.get("ORCHESTRATOR_STATE_DIR", "").strip()
    if given or not os.environ.get("ORCHESTRATOR_CONFIG"):
        return Path(given).expanduser() if given else default_state_dir()
    from orchestrator.config import read_one  # slow to import, and most people have no file

    return Path(read_one("state_dir"))


def _url_in(state: Path) -> str:
    ports = state / "ports.json"
    try:
        return str(json.loads(ports.read_text())["url"])
    except FileNotFoundError as error:
        raise Unavailable(f"No stack is running in {state}. {HOW_TO_START}", code="not_running") from error
    except OSError as error:
        raise ConfigError(f"Cannot read {ports} ({error.strerror}). {_as_whom(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{ports} does not tell where the stack is. Restart it with `orchestrator up`.") from error


def _key_in(state: Path) -> str:
    file = state / "admin.key"
    try:
        return file.read_text().strip()
    except FileNotFoundError as error:
        raise ConfigError(f"There is no key in {file}. Set ORCHESTRATOR_API_KEY.") from error
    except OSError as error:
        raise ConfigError(f"Cannot read {file} ({error.strerror}). {_as_whom(error)}") from error


def _as_whom(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "Run as the user who started the stack, or set ORCHESTRATOR_URL and ORCHESTRATOR_API_KEY."
    return HOW_TO_START
