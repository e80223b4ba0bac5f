"""What must hold between settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.config.catalogue import catalogue
from orchestrator.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Relation:
    """The value of `larger` is at least `times` that of `smaller`; above it where `strictly`."""

    larger: str
    smaller: str
    times: int = 1
    strictly: bool = False

    def holds(self, settings: Settings) -> bool:
        """Whether the settings keep it."""
        larger, least = getattr(settings, self.larger), self.times * getattr(settings, self.smaller)
        return bool(larger > least if self.strictly else larger >= least)

    @property
    def sign(self) -> str:
        """What stands between the two names."""
        return ("> " if self.strictly else ">= ") + (f"{self.times} x " if self.times > 1 else "")


RELATIONS = (
    Relation("lease_s", "heartbeat_s", times=3),
    Relation("leader_ttl_s", "leader_renew_s", times=4),
    Relation("visibility_timeout_s", "task_time_limit_s", times=2),
    Relation("task_time_limit_s", "task_soft_time_limit_s", strictly=True),
    Relation("task_soft_time_limit_s", "document_cpu_s", times=2),
    Relation("task_soft_time_limit_s", "llm_total_s", times=6),
    Relation("llm_total_s", "llm_read_s"),
    Relation("backoff_cap_s", "backoff_base_s"),
    Relation("quarantine_cap_s", "quarantine_s"),
)


def broken_relations(settings: Settings) -> list[str]:
    """One line for each relation that does not hold, with the values."""
    faults = [_fault(settings, relation) for relation in RELATIONS if not relation.holds(settings)]
    return faults + list(_token_faults(settings)) + list(_model_faults(settings))


def _token_faults(settings: Settings) -> Iterator[str]:
    """Tokens need an issuer, an audience, and one way to check them."""
    named = [name for name in ("jwt_issuer", "jwt_audience", "jwt_jwks_url", "jwt_secret") if getattr(settings, name)]
    for needed in ("jwt_issuer", "jwt_audience"):
        if named and needed not in named:
            yield f"{catalogue()[needed].variable} must be set where {catalogue()[named[0]].variable} is"
    discovered = settings.jwt_issuer and not {"jwt_jwks_url", "jwt_secret"} & set(named)
    if discovered and not settings.jwt_issuer.startswith(("http://", "https://")):
        yield (
            f"{catalogue()['jwt_issuer'].variable} is no URL, so its keys cannot be found; "
            f"set {catalogue()['jwt_jwks_url'].variable} or {catalogue()['jwt_secret'].variable}"
        )
    if {"jwt_jwks_url", "jwt_secret"} <= set(named):
        yield (
            f"{catalogue()['jwt_secret'].variable} and {catalogue()['jwt_jwks_url'].variable} are both set; "
            "set one: tokens are checked in one way only"
        )


def _model_faults(settings: Settings) -> Iterator[str]:
    """An endpoint is asked for one model by name."""
    if settings.llm_base_url and not settings.llm_model:
        yield f"{catalogue()['llm_model'].variable} must be set where {catalogue()['llm_base_url'].variable} is"


def _fault(settings: Settings, relation: Relation) -> str:
    known = catalogue()
    values = f"{getattr(settings, relation.larger):g} and {getattr(settings, relation.smaller):g}"
    names = f"{known[relation.larger].variable} must be {relation.sign}{known[relation.smaller].variable}"
    return f"{names}; they are {values}"
