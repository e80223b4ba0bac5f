"""Settings: one frozen value, read once at start from the environment, secret files and a configuration file.

`Settings` says what can be set, `load` reads it. A new setting is a new field of `Settings`, and nothing else.
"""

from orchestrator.config.catalogue import Setting, catalogue
from orchestrator.config.loading import Configuration, announced, load, read, read_one
from orchestrator.config.rules import normalise_database_url
from orchestrator.config.settings import FIRST_HEALTH_PORTS, MEGABYTE, Settings, default_state_dir

__all__ = [
    "FIRST_HEALTH_PORTS",
    "MEGABYTE",
    "Configuration",
    "Setting",
    "Settings",
    "announced",
    "catalogue",
    "default_state_dir",
    "load",
    "normalise_database_url",
    "read",
    "read_one",
]
