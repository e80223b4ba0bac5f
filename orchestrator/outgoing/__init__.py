"""The one way to call another server over HTTP: every wait and every retry is bounded, and users' URLs are guarded."""

from __future__ import annotations

from orchestrator.outgoing.guard import check_url, guarded_session
from orchestrator.outgoing.sessions import ask, make_session

__all__ = ["ask", "check_url", "guarded_session", "make_session"]
