"""Where values come from: the environment with its `_FILE` variables, and one configuration file."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from environs import FileAwareEnv

from orchestrator.config.catalogue import Setting, catalogue
from orchestrator.config.vault import PATH_VARIABLE, VaultFault, read_vault

CONFIG_VARIABLE = "ORCHESTRATOR_CONFIG"
SECTION = "orchestrator"
VAULT = "Vault"
FILE_BYTES = 1_000_000
# A new file format is one line here.
PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": lambda text: json.loads(text, object_pairs_hook=_without_twins),
    ".toml": tomllib.loads,
}

OTHER_VARIABLES = {
    CONFIG_VARIABLE: "The configuration file.",
    PATH_VARIABLE: "Where Vault has secrets, as MOUNT/PATH; goes with VAULT_ADDR and VAULT_TOKEN.",
    "ORCHESTRATOR_URL": "Where the command line finds the API.",
    "ORCHESTRATOR_API_KEY": "The key with which the command line talks to the API.",
    "ORCHESTRATOR_API_KEY_FILE": "A file with that key.",
    "ORCHESTRATOR_ADMIN_KEY": "Presets the first admin key.",
    "ORCHESTRATOR_ADMIN_KEY_FILE": "A file with that key.",
    "ORCHESTRATOR_AGENT_ID": "Set by `orchestrator worker` for its children.",
    "ORCHESTRATOR_FAILPOINTS": "A directory with which tests hold processes.",
    "ORCHESTRATOR_TEST_SERVERS": "Tells tests where their servers are.",
    "ORCHESTRATOR_PORT": "The published port in docker-compose.yml.",
}
# Kubernetes adds these for a service that is called orchestrator or orchestrator-*.
_SERVICE_LINK = re.compile(r"ORCHESTRATOR_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)")


@dataclass(slots=True)
class Reading:
    """Raw values by setting with their origin, and what was wrong or odd on the way."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_environment(into: Reading) -> None:
    """Add what the environment sets; a blank value counts as not set."""
    env = FileAwareEnv()
    for setting in catalogue().values():
        by_file = f"{setting.variable}_FILE"
        try:
            raw = (env.str(setting.variable, None) or "").strip()
        except (ValueError, OSError):
            into.faults.append(f"{by_file}: cannot read {os.environ[by_file]}; name a file that this account may read")
            continue
        if raw:
            into.values[setting.name] = raw
            into.origins[setting.name] = by_file if os.environ.get(by_file) else setting.variable
            if os.environ.get(by_file) and os.environ.get(setting.variable, "").strip():
                into.faults.append(f"{setting.variable}: set twice, also as {by_file}; unset one of them")
    into.warnings += _unknown_variables()


def read_file(path: Path, into: Reading) -> None:
    """Add what the section `orchestrator` of a file sets."""
    content = _parse(path, into)
    if content is None:
        return
    others = [name for name in content if name != SECTION]
    if others:
        into.warnings.append(f"{path}: only the section {SECTION!r} is read; ignored: {', '.join(map(str, others))}")
    section = content.get(SECTION, {})
    if not isinstance(section, dict):
        into.faults.append(f"{path}: {SECTION!r} must be an object with settings")
        return
    for key, raw in section.items():
        _add(path, key, raw, into)


def read_secrets(into: Reading) -> None:
    """Add what Vault has at the place that ORCHESTRATOR_VAULT_PATH names; it outranks the file."""
    place = os.environ.get(PATH_VARIABLE, "").strip()
    if not place:
        return
    try:
        content = read_vault(place)
    except VaultFault as fault:
        into.faults.append(f"{PATH_VARIABLE}: {fault}")
        return
    found = Reading()
    for key, raw in content.items():
        _add(Path(f"{VAULT} {place}"), key, raw, found)
    into.values |= found.values
    into.origins |= found.origins
    into.faults += found.faults


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing where no known name is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else ""


def _add(path: Path, key: str, raw: Any, into: Reading) -> None:
    known = _by_key()
    setting = known.get(key)
    if setting is None:
        into.faults.append(f"{key} in {path}: there is no such setting{nearest(key, known)}")
    elif setting.name in into.values:
        into.faults.append(f"{key} in {path}: set twice, also as {into.origins[setting.name].partition(' in ')[0]}")
    else:
        into.values[setting.name] = raw
        into.origins[setting.name] = f"{key} in {path}"


def _by_key() -> dict[str, Setting]:
    own = {setting.name: setting for setting in catalogue().values()}
    return own | {setting.older: setting for setting in catalogue().values() if setting.older}


def _parse(path: Path, into: Reading) -> dict[str, Any] | None:
    parse = PARSERS.get(path.suffix.lower())
    if parse is None:
        into.faults.append(f"{CONFIG_VARIABLE}: {path} must end in {' or '.join(PARSERS)}")
        return None
    try:
        with path.open("rb") as source:
            content = parse(_at_most(source.read(FILE_BYTES + 1)).decode())
    except OSError as error:
        into.faults.append(f"{CONFIG_VARIABLE}: cannot read {path}: {error.strerror}")
    except (ValueError, RecursionError) as error:
        into.faults.append(f"{CONFIG_VARIABLE}: {path} cannot be understood: {error}")
    else:
        if isinstance(content, dict):
            return content
        into.faults.append(f"{CONFIG_VARIABLE}: {path} must hold an object with a section {SECTION!r}")
    return None


def _at_most(content: bytes) -> bytes:
    if len(content) > FILE_BYTES:
        raise ValueError(f"it has more than {FILE_BYTES:,} bytes")
    return content


def _unknown_variables() -> list[str]:
    known = {*OTHER_VARIABLES, *(setting.variable for setting in catalogue().values())}
    known |= {f"{name}_FILE" for name in known}
    odd = [name for name in os.environ if name.startswith("ORCHESTRATOR_") and name not in known]
    return [
        f"{name} is no setting and changes nothing{nearest(name, known)}"
        for name in sorted(odd)
        if not _SERVICE_LINK.fullmatch(name)
    ]


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return content
