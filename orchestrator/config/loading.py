"""Reads all sources, checks everything, and reports all faults at once. Environment > Vault > file > default."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orchestrator.config.catalogue import NO_DEFAULT, Setting, catalogue
from orchestrator.config.relations import broken_relations
from orchestrator.config.rules import normalise_database_url
from orchestrator.config.settings import Settings
from orchestrator.config.sources import CONFIG_VARIABLE, VAULT, Reading, read_environment, read_file, read_secrets
from orchestrator.errors import ConfigError

DEFAULT = "default"
EMBEDDED = "orchestrator up"
SERVERS = ("database_url", "redis_url")
_PASSWORD = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, where each comes from, and what is odd about the sources."""

    settings: Settings
    origins: dict[str, str]
    warnings: tuple[str, ...]


def load() -> Settings:
    """Read and check the settings; each warning is logged once per process.

    Raises:
        ConfigError: every fault, one a line, with the setting's name and what it may be.
    """
    return announced(read()).settings


def announced(configuration: Configuration) -> Configuration:
    """The configuration, after each of its warnings has been logged once in this process."""
    for warning in configuration.warnings:
        _warn(warning)
    return configuration


def read(*, servers_needed: bool = True) -> Configuration:
    """Read the environment and the file named by ORCHESTRATOR_CONFIG, and check all of it.

    Args:
        servers_needed: False where a missing server is started: its URL is empty then.

    Raises:
        ConfigError: every fault, one a line.
    """
    raw = _read_sources()
    values = {name: _value(setting, raw, servers_needed) for name, setting in catalogue().items()}
    if not raw.faults:
        settings = Settings(**{name: value for name, value in values.items() if value is not NO_DEFAULT})
        raw.faults += broken_relations(settings)
    _refuse_faults(raw)
    return Configuration(settings, raw.origins, tuple(raw.warnings))


def read_one(name: str) -> Any:
    """The value of one setting, whatever the others are; None where it must be set and is not.

    Raises:
        ConfigError: this setting is wrong, or the configuration file is.
    """
    raw = _read_sources()
    others = tuple(setting.variable for setting in catalogue().values() if setting.name != name)
    raw.faults = [fault for fault in raw.faults if not fault.startswith(others)]
    value = _value(catalogue()[name], raw, servers_needed=False)
    _refuse_faults(raw)
    return value or None


def _read_sources() -> Reading:
    raw = Reading()
    named = os.environ.get(CONFIG_VARIABLE, "").strip()
    if named:
        read_file(Path(named).expanduser(), raw)
    read_secrets(raw)
    read_environment(raw)
    return raw


def _value(setting: Setting, raw: Reading, servers_needed: bool) -> Any:
    """The value of one setting; a fault is added to `raw`."""
    if setting.name not in raw.values:
        return _unset(setting, raw, servers_needed)
    given = raw.values[setting.name]
    try:
        value = setting.parse(given)
    except ValueError as fault:
        hidden = setting.secret or f" in {VAULT} " in raw.origins[setting.name]
        shown = "" if hidden else f" {_PASSWORD.sub('//...@', repr(given))}"
        raw.faults.append(f"{raw.origins[setting.name]}:{shown} must be {fault}")
        return NO_DEFAULT
    return normalise_database_url(value) if setting.name == "database_url" else value


def _unset(setting: Setting, raw: Reading, servers_needed: bool) -> Any:
    raw.origins[setting.name] = DEFAULT
    if setting.default is not NO_DEFAULT:
        return setting.default
    if not servers_needed and setting.name in SERVERS:
        raw.origins[setting.name] = EMBEDDED
        return ""
    if not any(fault.startswith(setting.variable) for fault in raw.faults):
        hint = f"; `{EMBEDDED}` starts a server where none is given" if setting.name in SERVERS else ""
        raw.faults.append(f"{setting.variable}: not set; must be {setting.allowed()}{hint}")
    return NO_DEFAULT


def _refuse_faults(raw: Reading) -> None:
    """Raise what is wrong; the warnings come along, since a misspelt name may be the cause."""
    if raw.faults:
        lines = [*raw.faults, *(f"(warning) {warning}" for warning in raw.warnings)]
        raise ConfigError("The configuration is wrong:\n" + "\n".join(f"  {line}" for line in lines))


@cache
def _warn(message: str) -> None:
    logging.getLogger("orchestrator.config").warning(message)
