"""Celery's signals, tied to the agent. Nothing here decides anything."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import structlog
from billiard.exceptions import WorkerLostError
from billiard.process import current_process
from celery import signals
from celery.worker import state
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.observability import sharing, tracing
from workers import context
from workers.agent import Agent
from workers.app import app

log = structlog.get_logger(__name__)

_agents: list[Agent] = []
"""The one agent of a main process once its worker is ready; empty in children."""


def _held() -> Iterator[dict[str, Any]]:
    for request in list(state.active_requests):
        if request.worker_pid and len(request.args) == 2:
            step_id, epoch = request.args
            owner = f"{context.agent_id()}:{request.worker_pid}"
            yield {"id": step_id, "epoch": epoch + 1, "owner": owner, "pid": request.worker_pid}


def sign_off() -> None:
    """Take the agent off the register. No signal of Celery's fires on every way out, so the command calls this."""
    for agent in _agents:
        agent.stop()


@signals.worker_ready.connect
def _start_agent(sender: Any, **_: Any) -> None:
    kind = context.agent_kind()
    row = {
        "id": context.agent_id(),
        "kind": kind,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "slots": app.conf.worker_concurrency,
        "version": version("requirement-orchestrator"),
    }

    def consume(wanted: bool) -> None:
        # In the consumer's own loop: it is not made for other threads.
        sender.call_soon(_consume, sender, kind, wanted)

    agent = Agent(context.orchestrator(), row, _held, consume)
    _agents.append(agent)
    agent.start()


def withdraw() -> None:
    """Ask for no more steps."""
    log.info("worker_stopping")
    for agent in _agents:
        agent.drain()


def give_back() -> None:
    """Release the steps that the children hold, counted nowhere."""
    for agent in _agents:
        try:
            log.info("steps_released", count=agent.release())
        except SQLAlchemyError as error:
            log.warning("steps_not_released", error=str(error))


def _consume(consumer: Any, queue: str, wanted: bool) -> None:
    try:
        consumer.add_task_queue(queue) if wanted else consumer.cancel_task_queue(queue)
    except Exception as error:
        # Without a connection; the next one follows the list of queues, which was changed first.
        log.warning("consumer_not_changed", queue=queue, wanted=wanted, error=str(error))


@signals.task_received.connect
def _note_claim(**_: Any) -> None:
    for agent in _agents:
        agent.vitals.claimed()


@signals.worker_shutting_down.connect
def _stop_warm(how: str = "", **_: Any) -> None:
    if how == "Warm":
        withdraw()


@signals.worker_before_create_process.connect
def _share_memory(**_: Any) -> None:
    """What is loaded before the fork stays shared: without this the first collection in a child copies it all."""
    gc.collect()
    gc.freeze()


@signals.worker_process_init.connect
def _after_fork(**_: Any) -> None:
    for agent in _agents:
        agent.after_fork()
    _agents.clear()
    context.forget()
    # Billiard numbers the places of its pool; a new child takes the place of one that has ended.
    sharing.take_place(getattr(current_process(), "index", os.getpid()))


@signals.worker_process_shutdown.connect
def _send_traces(**_: Any) -> None:
    tracing.flush()


@signals.task_failure.connect
def _child_lost(exception: BaseException | None = None, args: Any = (), **_: Any) -> None:
    if isinstance(exception, WorkerLostError) and len(args or ()) == 2:
        for agent in _agents:
            agent.crashed(int(args[0]), int(args[1]), "The process that ran the step died.")


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Connected so that Celery leaves the log alone; `orchestrator worker` has set it up."""
