"""Settings: one frozen value, read once at start from the environment.

Every secret may also come from a file named by `<NAME>_FILE`. All faults are reported at once. Timings are settings
and the rules between them are ratios, so that tests run at a tenth of the scale.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from environs import EnvValidationError, FileAwareEnv
from marshmallow import ValidationError, validate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from orchestrator.errors import ConfigError

MEGABYTE = 1_000_000


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/orchestrator`, else `~/.local/state/orchestrator`."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "orchestrator"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. Names ending in `_s` are seconds. The environment variable is `ORCHESTRATOR_<NAME>`,
    except for `DATABASE_URL` and `REDIS_URL`, which carry their usual names."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    state_dir: Path = field(default_factory=default_state_dir)
    environment: str = "dev"
    log_level: str = "INFO"
    log_format: str = "json"

    api_host: str = "127.0.0.1"
    api_port: int = 8000
    api_processes: int = 1
    api_threads: int = 16
    max_upload_bytes: int = 50 * MEGABYTE
    max_pages: int = 2_000
    max_text_characters: int = 20_000_000

    heartbeat_s: float = 10.0
    lease_s: float = 30.0
    leader_ttl_s: float = 15.0
    leader_renew_s: float = 3.0
    tick_s: float = 1.0
    dispatch_window: int = 4
    """Least number of steps dispatched ahead per queue; 2 x live free slots where that is more."""
    dispatched_timeout_s: float = 60.0
    agent_timeout_s: float = 30.0
    max_errors: int = 5
    max_crashes: int = 3
    max_requirement_retries: int = 5
    backoff_base_s: float = 2.0
    backoff_cap_s: float = 600.0
    finish_retry_s: float = 120.0
    job_timeout_hours: float = 168.0
    completion_check_interval_s: float = 30.0
    agent_health_interval_s: float = 30.0
    prune_interval_s: float = 3600.0
    retention_days: int = 30
    """How long ended periodic steps and schedule slots are kept."""

    part_characters: int = 20_000
    validate_batch: int = 50

    task_time_limit_s: float = 900.0
    task_soft_time_limit_s: float = 840.0
    visibility_timeout_s: int = 3600
    soft_shutdown_s: float = 25.0
    watchdog_s: float = 60.0
    max_memory_per_child_kb: int = 512_000
    max_tasks_per_child: int = 2_000

    database_pool: int = 5
    statement_timeout_s: float = 60.0
    lock_timeout_s: float = 10.0

    @property
    def key_prefix(self) -> str:
        """Of every key in Redis."""
        return f"orchestrator:{self.environment}:"


def load() -> Settings:
    """Read the settings from the environment and check them.

    Raises:
        ConfigError: every fault, one a line, with the variable's name and what it may be.
    """
    env = FileAwareEnv(eager=False)
    values = _read(env)
    faults = _faults_of(env)
    if not faults:
        settings = Settings(**{name: value for name, value in values.items() if value is not None})
        faults = _broken_rules(settings)
    if faults:
        raise ConfigError("The configuration is wrong:\n" + "\n".join(f"  {fault}" for fault in faults))
    return settings


def _read(env: FileAwareEnv) -> dict[str, Any]:
    values: dict[str, Any] = {
        "database_url": env.str("DATABASE_URL", validate=[_postgresql]),
        "redis_url": env.str("REDIS_URL", validate=[_redis]),
    }
    parsers = {"str": env.str, "int": env.int, "float": env.float, "Path": env.path}
    for item in fields(Settings):
        if item.name not in values:
            checks = _CHECKS.get(item.name, [validate.Range(min=0)] if item.type in ("int", "float") else [])
            parse: Any = parsers[str(item.type)]
            values[item.name] = parse(f"ORCHESTRATOR_{item.name.upper()}", None, validate=checks)
    if values["database_url"]:
        values["database_url"] = normalise_database_url(values["database_url"])
    return values


def normalise_database_url(url: str) -> str:
    """`postgresql://` names psycopg 3 to SQLAlchemy 2.1; this project drives psycopg2."""
    try:
        return make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    except ArgumentError:
        return url


def _postgresql(url: str) -> None:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise ValidationError("not a URL; expected postgresql://user:password@host:port/name") from error
    if backend not in ("postgresql", "postgres"):
        raise ValidationError(f"{backend} is not supported; expected postgresql://...")


def _redis(url: str) -> None:
    if not url.startswith(("redis://", "rediss://")):
        raise ValidationError("expected redis://:password@host:port/0 or rediss://...")


_POSITIVE = [validate.Range(min=0, min_inclusive=False)]
_CHECKS: dict[str, list[Any]] = {
    "log_level": [validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])],
    "log_format": [validate.OneOf(["json", "human"])],
    "environment": [validate.Regexp(r"^[a-z0-9]{1,16}$", error="expected 1-16 lower-case letters or digits")],
    "api_port": [validate.Range(min=0, max=65535)],
    "lease_s": _POSITIVE,
    "heartbeat_s": _POSITIVE,
    "tick_s": _POSITIVE,
    "validate_batch": [validate.Range(min=1, max=1000)],
    "part_characters": [validate.Range(min=500)],
    "database_pool": [validate.Range(min=1)],
    "max_errors": [validate.Range(min=1)],
    "max_crashes": [validate.Range(min=1)],
}


def _faults_of(env: FileAwareEnv) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        messages: Any = error.error_messages
        return [f"{name}: {'; '.join(map(str, said))}" for name, said in messages.items()]
    return []


def _broken_rules(settings: Settings) -> list[str]:
    rules = (
        (settings.lease_s >= 3 * settings.heartbeat_s, "ORCHESTRATOR_LEASE_S must be >= 3 x ORCHESTRATOR_HEARTBEAT_S"),
        (
            settings.leader_ttl_s >= 4 * settings.leader_renew_s,
            "ORCHESTRATOR_LEADER_TTL_S must be >= 4 x ORCHESTRATOR_LEADER_RENEW_S",
        ),
        (
            settings.visibility_timeout_s >= 2 * settings.task_time_limit_s,
            "ORCHESTRATOR_VISIBILITY_TIMEOUT_S must be >= 2 x ORCHESTRATOR_TASK_TIME_LIMIT_S",
        ),
        (
            settings.task_soft_time_limit_s < settings.task_time_limit_s,
            "ORCHESTRATOR_TASK_SOFT_TIME_LIMIT_S must be below ORCHESTRATOR_TASK_TIME_LIMIT_S",
        ),
    )
    return [message for holds, message in rules if not holds]
