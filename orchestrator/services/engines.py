"""Which engine a job gets, and where its text may go with it."""

from __future__ import annotations

from typing import Any

from orchestrator.config import Settings
from orchestrator.domain.llm import ENGINES, Engine, default_engine
from orchestrator.errors import Invalid


def engine_columns(settings: Settings, wanted: str | None) -> dict[str, Any]:
    """The columns of a job that say who extracts its requirements: {engine, text_sent_to}.

    Args:
        settings: with the endpoint, if there is one.
        wanted: the engine; None: as the settings have it.

    Raises:
        Invalid: there is no such engine, or none without an endpoint.
    """
    chosen = wanted or default_engine(settings.llm_base_url).value
    if chosen not in ENGINES:
        raise Invalid(
            f"There is no engine {chosen!r}; use one of: {', '.join(ENGINES)}.", details={"pointer": "/engine"}
        )
    if chosen == Engine.RULES:
        return {"engine": chosen, "text_sent_to": None}
    if not settings.llm_base_url:
        raise Invalid(
            f"Engine {chosen!r} asks a language model, and none is configured. Use `rules`, or have the operator set "
            "LLM_BASE_URL and LLM_MODEL.",
            code="no_language_model",
            details={"pointer": "/engine", "available": [Engine.RULES.value]},
        )
    return {"engine": chosen, "text_sent_to": settings.llm_base_url}
