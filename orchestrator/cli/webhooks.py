"""`orchestrator webhooks ...`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import at_most, limit_option, output_option, say, show_facts, show_json, show_table, when
from orchestrator.client import Delivery, Webhook
from orchestrator.domain.webhook import EVENTS, OVERLAP_HOURS

TITLES = ("STATE", "FAILURES", "EVENTS", "OWNER", "ID", "URL")
DELIVERY_TITLES = ("CREATED", "TYPE", "STATE", "TRIES", "NEXT", "LAST", "ID", "EVENT")
ONCE = "The secret is shown this once; it signs every request."

overlap_option = click.option(
    "--overlap-hours",
    type=click.FloatRange(*OVERLAP_HOURS),
    default=24.0,
    show_default=True,
    help="How long the secret before it signs as well.",
)


@click.group()
def webhooks() -> None:
    """Tell endpoints of events, signed by Standard Webhooks."""


@webhooks.command(name="list")
@click.option("--job", "job_id", help="The callback of this job, in place of the others.")
@limit_option(50)
@output_option
def list_all(job_id: str | None, limit: int, output: str) -> None:
    """List webhooks, the newest first."""
    with connected() as client:
        found = at_most(limit, client.webhooks(job_id, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "There are no webhooks. Add one with `orchestrator webhooks create URL`.")


@webhooks.command()
@click.argument("url")
@click.option("--event", "events", multiple=True, type=click.Choice(EVENTS), help="Repeat it; all where left out.")
@click.option("--all-owners", is_flag=True, help="Tell of everybody's jobs; for admins.")
@output_option
def create(url: str, events: tuple[str, ...], all_owners: bool, output: str) -> None:
    """Add a webhook and print its secret."""
    with connected() as client:
        _show(client.create_webhook(url, events, all_owners=all_owners), output)
    say(ONCE)


@webhooks.command()
@click.argument("webhook_id")
@output_option
def show(webhook_id: str, output: str) -> None:
    """Show a webhook."""
    with connected() as client:
        _show(client.webhook(webhook_id), output)


@webhooks.command()
@click.argument("webhook_id")
@output_option
def enable(webhook_id: str, output: str) -> None:
    """Enable a webhook again; its failures are forgotten."""
    with connected() as client:
        _show(client.change_webhook(webhook_id, state="active"), output)


@webhooks.command()
@click.argument("webhook_id")
@output_option
def disable(webhook_id: str, output: str) -> None:
    """Send nothing more to a webhook."""
    with connected() as client:
        _show(client.change_webhook(webhook_id, state="disabled"), output)


@webhooks.command()
@click.argument("webhook_id")
def delete(webhook_id: str) -> None:
    """Delete a webhook and its deliveries."""
    with connected() as client:
        client.delete_webhook(webhook_id)
    say(f"Webhook {webhook_id} is deleted.")


@webhooks.command()
@click.argument("webhook_id")
@output_option
def test(webhook_id: str, output: str) -> None:
    """Have an event of type webhook.test delivered."""
    with connected() as client:
        _show_delivery(client.test_webhook(webhook_id), output)


@webhooks.command()
@click.argument("webhook_id")
@click.option("--state", multiple=True, type=click.Choice(["pending", "delivered", "failed", "cancelled"]))
@limit_option(20)
@output_option
def deliveries(webhook_id: str, state: tuple[str, ...], limit: int, output: str) -> None:
    """List what was and will be delivered; -o json shows every attempt."""
    with connected() as client:
        found = at_most(limit, client.deliveries(webhook_id, state, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(DELIVERY_TITLES, map(_delivery_row, found), "Nothing was to be delivered yet.")


@webhooks.command()
@click.argument("webhook_id")
@click.argument("delivery_id")
@output_option
def redeliver(webhook_id: str, delivery_id: str, output: str) -> None:
    """Send a delivery that has ended again."""
    with connected() as client:
        _show_delivery(client.redeliver(webhook_id, delivery_id), output)


@webhooks.command()
@click.argument("webhook_id")
@overlap_option
@output_option
def rotate_secret(webhook_id: str, overlap_hours: float, output: str) -> None:
    """Give a webhook a new secret and print it."""
    with connected() as client:
        _show(client.rotate_webhook_secret(webhook_id, overlap_hours), output)
    say(ONCE)


@webhooks.command()
@overlap_option
def callback_secret(overlap_hours: float) -> None:
    """Make what the callback URLs of your jobs are signed with, and print it."""
    with connected() as client:
        click.echo(client.rotate_callback_secret(overlap_hours))
    say("The secret is shown this once; it signs what the callback URLs of your jobs are told.")


def _show(hook: Mapping[str, Any], output: str) -> None:
    if output == "json":
        show_json(hook)
    else:
        show_facts((name.replace("_", " "), _said(value)) for name, value in hook.items())


def _said(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _show_delivery(delivery: Delivery, output: str) -> None:
    if output == "json":
        show_json(delivery)
    else:
        show_table(DELIVERY_TITLES, [_delivery_row(delivery)], "")


def _row(hook: Webhook) -> tuple[Any, ...]:
    events = "all" if len(hook["events"]) == len(EVENTS) else ", ".join(hook["events"])
    return (hook["state"], hook["breaker_failures"], events, hook["owner"], hook["id"], hook["url"])


def _delivery_row(delivery: Delivery) -> tuple[Any, ...]:
    tried = delivery["attempts"]
    last = (tried[-1]["error"] or tried[-1]["status"]) if tried else None
    facts = (delivery["state"], len(tried), when(delivery["next_attempt_at"]), last)
    return (when(delivery["created_at"]), delivery["type"], *facts, delivery["id"], delivery["event_id"])
