"""Webhooks and their deliveries as rows: one function per statement, no commits.

Lock order: job, step, webhook, delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, case, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.domain.step import StepState
from orchestrator.storage import audit, paging
from orchestrator.storage.models import CallbackSecret, Step, Webhook, WebhookDelivery

_LOCK_OWNER = text("SELECT pg_advisory_xact_lock(hashtextextended('orchestrator.webhooks:' || :owner, 0))")
_MAY_SEND = text(
    """
    UPDATE webhooks SET breaker_open_until = now() + make_interval(secs => :probe)
    WHERE id = :id AND breaker_open_until <= now() RETURNING id
    """
)
_OPEN_FOR = text(
    "SELECT greatest(extract(epoch FROM breaker_open_until - now()), 0)::float FROM webhooks WHERE id = :id"
)
_ADD_STEP = text(
    """
    INSERT INTO steps (job_id, kind, part, queue, priority, blocking, correlation_id, payload)
    SELECT d.job_id, 'deliver', d.id || ':' || d.round, 'delivery', coalesce(j.priority, 5), false, :correlation_id,
           jsonb_build_object('delivery_id', d.id)
    FROM webhook_deliveries d LEFT JOIN jobs j ON j.id = d.job_id WHERE d.id = :id
    """
)
_PRUNE = text(
    """
    DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries
        WHERE state <> 'pending' AND finished_at < now() - make_interval(days => :days)
        ORDER BY finished_at LIMIT :limit)
    """
)


def now(session: Session) -> datetime:
    """The database's clock."""
    return session.execute(select(func.now())).scalar_one()


def count(session: Session, owner: str) -> int:
    """How many webhooks an owner has, callbacks left out. Locks the owner's list until the end of the transaction."""
    session.execute(_LOCK_OWNER, {"owner": owner})
    return session.scalar(select(func.count()).where(Webhook.owner == owner, Webhook.job_id.is_(None))) or 0


def page(session: Session, owner: str | None, job_id: UUID | None, at: paging.Paging) -> paging.Page:
    """A page of webhooks, the newest first: the lasting ones, or a job's callback.

    Args:
        owner: only this one's; None: everybody's.
        job_id: whose callback to list.
    """
    statement = select(Webhook).where(Webhook.job_id == job_id if job_id else Webhook.job_id.is_(None))
    if owner is not None:
        statement = statement.where(Webhook.owner == owner)
    ordered = statement.order_by(Webhook.created_at.desc(), Webhook.id.desc())
    found = paging.page(session, ordered, at, {"webhooks": owner, "job": job_id})
    return paging.Page([row.Webhook for row in found.items], found.next_cursor)


def lock(session: Session, webhook_id: UUID) -> Webhook | None:
    """A webhook, locked against every change but new deliveries."""
    statement = select(Webhook).where(Webhook.id == webhook_id).with_for_update(key_share=True)
    hook = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if hook is not None:
        audit.observe(session, "webhook", webhook_id, lambda: facts(session, webhook_id))
    return hook


def facts(session: Session, webhook_id: UUID) -> dict[str, Any]:
    """What the audit log shows of a webhook; of its URL the server alone, as the rest may hold a secret."""
    columns = (Webhook.owner, Webhook.url, Webhook.events, Webhook.all_owners, Webhook.state, Webhook.version)
    row = session.execute(select(*columns).where(Webhook.id == webhook_id)).mappings().one_or_none()
    return {**row, "url": urlsplit(row["url"]).hostname} if row else {}


def remove(session: Session, webhook_id: UUID) -> None:
    """Delete a webhook with its deliveries."""
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def callback_secrets(session: Session, owner: str) -> Sequence[Mapping[str, Any]]:
    """What an owner's callbacks are signed with; empty where nothing was made."""
    return session.scalar(select(CallbackSecret.secrets).where(CallbackSecret.owner == owner)) or []


def put_callback_secrets(session: Session, owner: str, secrets: Sequence[Mapping[str, Any]]) -> None:
    """Store what an owner's callbacks are signed with from now on."""
    row = insert(CallbackSecret).values(owner=owner, secrets=list(secrets))
    changed = {"secrets": row.excluded.secrets, "updated_at": func.now()}
    session.execute(row.on_conflict_do_update(index_elements=["owner"], set_=changed))


def deliveries(session: Session, webhook_id: UUID, states: Sequence[str], at: paging.Paging) -> paging.Page:
    """A page of (delivery, shown state), the newest first."""
    statement = select(WebhookDelivery, _shown()).where(WebhookDelivery.webhook_id == webhook_id)
    if states:
        statement = statement.where(_shown().in_(states))
    ordered = statement.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    return paging.page(session, ordered, at, {"deliveries": webhook_id, "states": sorted(states)})


def delivery(session: Session, delivery_id: UUID) -> Row[WebhookDelivery, str] | None:
    """A delivery and its shown state."""
    return session.execute(select(WebhookDelivery, _shown()).where(WebhookDelivery.id == delivery_id)).one_or_none()


def _shown() -> Any:
    """A delivery whose step was given up is failed, whoever could not say so."""
    dead = (
        select(Step.id)
        .where(Step.kind == "deliver", Step.state == StepState.DEAD)
        .where(or_(Step.job_id == WebhookDelivery.job_id, Step.job_id.is_(None) & WebhookDelivery.job_id.is_(None)))
        .where(Step.part == func.concat(WebhookDelivery.id, ":", WebhookDelivery.round))
        .exists()
    )
    failed = (WebhookDelivery.state == "pending") & dead
    return case((failed, "failed"), else_=WebhookDelivery.state).label("shown")


def add_step(session: Session, delivery_id: UUID, correlation_id: str) -> None:
    """Insert the step that sends a delivery's present round."""
    session.execute(_ADD_STEP, {"id": delivery_id, "correlation_id": correlation_id})


def may_send(session: Session, hook: Webhook, probe_s: float) -> float | None:
    """Whether the endpoint's breaker lets a request through: None, or how many seconds it stays open.

    Once its time has come, one caller may try it and the others wait for `probe_s`.
    """
    if hook.breaker_open_until is None:
        return None
    if session.execute(_MAY_SEND, {"id": hook.id, "probe": probe_s}).one_or_none():
        return None
    return float(session.execute(_OPEN_FOR, {"id": hook.id}).scalar_one() or 0.0)


def disable(session: Session, hook: Webhook, reason: str) -> None:
    """Send nothing more to a webhook; the caller has locked it."""
    changed = {"state": "disabled", "disabled_at": func.now(), "disabled_reason": reason, "updated_at": func.now()}
    session.execute(update(Webhook).where(Webhook.id == hook.id).values(**changed, version=Webhook.version + 1))


def note_failure(session: Session, hook: Webhook, failures: int, open_s: float | None) -> None:
    """Count a failure in a row, and open the breaker for `open_s`."""
    until = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, open_s) if open_s is not None else None
    changed = {"failing_since": func.coalesce(Webhook.failing_since, func.now()), "breaker_failures": failures}
    session.execute(update(Webhook).where(Webhook.id == hook.id).values(**changed, breaker_open_until=until))


def note_success(session: Session, hook: Webhook) -> None:
    """Forget the failures."""
    changed = {"failing_since": None, "breaker_failures": 0, "breaker_open_until": None}
    failing = or_(Webhook.failing_since.isnot(None), Webhook.breaker_open_until.isnot(None))
    session.execute(update(Webhook).where(Webhook.id == hook.id, failing).values(**changed))


def prune(session: Session, days: int, limit: int) -> int:
    """Delete deliveries that ended this long ago. Returns how many."""
    return int(session.execute(_PRUNE, {"days": days, "limit": limit}).rowcount)  # type: ignore[attr-defined]
