"""Writes docs/configuration.md and .env.example from the settings; with --check only says whether they are current.

Exit codes: 0 done or current, 1 --check found a file that is not current.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from orchestrator.config import Setting, catalogue, default_state_dir
from orchestrator.config.catalogue import NO_DEFAULT
from orchestrator.config.following import LOOK_S, RELOADABLE
from orchestrator.config.relations import RELATIONS
from orchestrator.config.settings import HEADINGS
from orchestrator.config.sources import OTHER_VARIABLES

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 120
STATE_DIR = "~/.local/state/orchestrator"

INTRODUCTION = """\
<!-- Made by scripts/write_configuration_docs.py from orchestrator/config/settings.py: change that file and run it. -->
# Configuration

Every process reads its settings at start, from

1. the environment: the variable below, or the file named by the variable with `_FILE` behind it (for secrets);
2. else [Vault](#secrets-in-vault), where `ORCHESTRATOR_VAULT_PATH` is set;
3. else the configuration file named by `ORCHESTRATOR_CONFIG` or `orchestrator --config FILE ...`;
4. else the default.

A blank variable counts as not set; one that is set together with its `_FILE` is an error. Names ending in `_s` are
seconds. `orchestrator config check` reports every fault at once, `orchestrator config show` where each value comes
from; with `--embedded` both read as `orchestrator up` does. With a wrong configuration every process ends with exit
code 78. A misspelt `ORCHESTRATOR_...` variable is warned of.

## The configuration file

JSON (`.json`) or TOML (`.toml`) with one section; its keys are the settings' names. Files of the older system can be
used as they are: their other sections are ignored with a warning, and their keys are understood. An unknown key in the
section is an error.

```json
{"orchestrator": {"job_timeout_hours": 168, "stuck_detection_minutes": 60, "max_requirement_retries": 5,
                  "completion_check_interval_seconds": 30}}
```

"""
VAULT = """\
## Secrets in Vault

With the extra `vault` (`pip install 'requirement-orchestrator[vault]'`), settings are read from HashiCorp Vault or
OpenBao, key-value engine version 2: `ORCHESTRATOR_VAULT_PATH=secret/orchestrator` names mount and path, `VAULT_ADDR`
the server, `VAULT_TOKEN` or `VAULT_TOKEN_FILE` the login; `VAULT_NAMESPACE` and `VAULT_CACERT` do what they do
elsewhere. The keys there are the settings' names, such as `database_url`, and are checked as in the file. Each process
reads them once, when it starts, and does not start without them.

"""
ENV_HEADER = """\
# Made by scripts/write_configuration_docs.py. Copy to .env, uncomment what you change, then: set -a; . ./.env; set +a
# docs/configuration.md says more. Each variable may also come from a file: <NAME>_FILE=/path/to/it
"""


def main() -> int:
    """Writes or checks both files and returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(";")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where a file is not current")
    check = parser.parse_args().check
    texts = {ROOT / "docs" / "configuration.md": documentation(), ROOT / ".env.example": example()}
    old = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        print(f"{path.relative_to(ROOT)} is not current" if check else f"wrote {path.relative_to(ROOT)}")
        if not check:
            path.write_text(texts[path], encoding="utf-8")
    return 1 if check and old else 0


def documentation() -> str:
    """The page on configuration, in Markdown."""
    others = "\n".join(f"| `{name}` | {words} |" for name, words in OTHER_VARIABLES.items())
    variables = f"## Other variables\n\n| variable | |\n|---|---|\n{others}\n"
    relations = "".join(f"- `{each.larger}` {each.sign}`{each.smaller}`\n" for each in RELATIONS)
    between = f"## What must hold between settings\n\n{relations}\n"
    return INTRODUCTION + VAULT + _reloading() + "\n".join(_tables()) + "\n" + between + variables


def _reloading() -> str:
    words = (
        f"The API, the leader and the workers look at the file every {LOOK_S:g} s, and at once at SIGHUP, and take "
        "changes of the settings below without a restart: all of them or, where anything in the configuration is "
        "wrong, none; that is logged as `config_refused`, and the values before it stay. Each change that is taken is "
        "logged as `config_reloaded` and adds 1 to `config_generation`, which `GET /health` shows for the process that "
        "answers, `GET /status` on the health port for a worker's main process and the leader, and the metric of this "
        "name for both. A change of any other setting is logged as `config_needs_restart`. SIGHUP does not end "
        "`orchestrator up`: it says whether the file is right, and the services take it. "
        + ", ".join(f"`{name}`" for name in RELOADABLE)
        + "."
    )
    text = textwrap.fill(words, WIDTH, break_on_hyphens=False, break_long_words=False)
    return f"## Changes while it runs\n\n{text}\n\n"


def example() -> str:
    """A file of variables, all commented out."""
    lines = [ENV_HEADER]
    for setting in catalogue().values():
        if setting.name in HEADINGS:
            lines.append(f"# --- {HEADINGS[setting.name]} ---\n")
        words = f"{setting.description} Must be {setting.allowed()}."
        comment = textwrap.fill(words, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
        lines.append(f"{comment}\n#{setting.variable}={_default(setting)}\n")
    return "\n".join(lines)


def _tables() -> Iterator[str]:
    for setting in catalogue().values():
        if setting.name in HEADINGS:
            yield f"{'' if setting.name == next(iter(HEADINGS)) else chr(10)}## {HEADINGS[setting.name]}\n"
            yield "| setting | variable | default | must be | |"
            yield "|---|---|---|---|---|"
        default = f"`{_default(setting)}`" if _default(setting) else ""
        older = f" In older files: `{setting.older}`." if setting.older else ""
        cells = (f"`{setting.name}`", f"`{setting.variable}`", default, setting.allowed(), setting.description + older)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _default(setting: Setting) -> str:
    if setting.default is NO_DEFAULT:
        return ""
    if setting.default == default_state_dir():
        return STATE_DIR
    return ",".join(setting.default) if isinstance(setting.default, tuple) else str(setting.default)


if __name__ == "__main__":
    sys.exit(main())
