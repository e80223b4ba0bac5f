"""Celery's settings, each with its reason. PostgreSQL is the queue; a message is a hint that a step is ready."""

from __future__ import annotations

from datetime import timedelta

from celery.schedules import crontab
from kombu import Queue

from orchestrator.config import load
from orchestrator.domain.step import QUEUES, StepKind

_settings = load()

# --- Broker -----------------------------------------------------------------------------------------------------
broker_url = _settings.redis_url
# None: retry for ever. A worker without a broker waits for it; the supervisor and the watchdog bound a sick one.
broker_connection_max_retries = None
broker_connection_retry = True
broker_connection_retry_on_startup = True
broker_connection_timeout = 2
broker_transport_options = {
    # A message whose worker died silently comes back after this. The lease has recovered its step long before; the
    # message then finds a passed epoch. At least twice the time limit, so that no running step sees its twin.
    "visibility_timeout": _settings.visibility_timeout_s,
    # How often unacknowledged messages are looked for.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A frozen broker is noticed after this long.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # Several environments may share one server.
    "global_keyprefix": _settings.key_prefix,
}

# --- Queues -----------------------------------------------------------------------------------------------------
task_queues = [Queue(name) for name in QUEUES]
task_default_queue = "maintenance"
# A message for a queue that nobody declared is a bug, not a new queue.
task_create_missing_queues = False

# --- Delivery ---------------------------------------------------------------------------------------------------
# Acknowledge after the work: a worker that dies leaves its message, which is one more way to recover.
task_acks_late = True
# The lease decides what follows a lost worker, not the broker; a rejected message would loop.
task_reject_on_worker_lost = False
# A failure is settled in the database before the message is acknowledged.
task_acks_on_failure_or_timeout = True
# Take one message at a time, and none ahead of a free child: a message held by a busy worker is work delayed.
worker_prefetch_multiplier = 1
worker_disable_prefetch = True
# A lost broker connection must not kill steps: their truth is in the database.
worker_cancel_long_running_tasks_on_connection_loss = False

# --- Results and payloads ---------------------------------------------------------------------------------------
# Results live in PostgreSQL.
task_ignore_result = True
result_backend = None
# Nothing but JSON is parsed: a pickle from the broker would be code.
accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"
enable_utc = True
timezone = "UTC"

# --- Processes --------------------------------------------------------------------------------------------------
# Prefork only: parsing holds the interpreter lock, and a child must be killable.
worker_pool = "prefork"
# A parser that never ends: the soft limit raises in the step, the hard one kills the child.
task_time_limit = _settings.task_time_limit_s
task_soft_time_limit = _settings.task_soft_time_limit_s
# Parsers leak; a fresh child now and then is cheap.
worker_max_tasks_per_child = _settings.max_tasks_per_child
worker_max_memory_per_child = _settings.max_memory_per_child_kb
# On SIGQUIT, and on SIGTERM by REMAP_SIGTERM, running steps get this long to end; then they are released.
worker_soft_shutdown_timeout = _settings.soft_shutdown_s
# A worker that sleeps between steps has nothing to wait for.
worker_enable_soft_shutdown_on_idle = False

# --- Watching ---------------------------------------------------------------------------------------------------
# For Flower only; nothing here depends on events.
worker_send_task_events = True
task_send_sent_event = False
# One log format for all processes: ours.
worker_hijack_root_logger = False

# --- Schedule ---------------------------------------------------------------------------------------------------
# Each entry inserts one step per slot, whoever leads. Recovery is not here: the leader does it every second.
beat_scheduler = "workers.leader:LeaderScheduler"
beat_schedule = {
    "agent_health": {
        "task": StepKind.AGENT_HEALTH.value,
        "schedule": timedelta(seconds=_settings.agent_health_interval_s),
    },
    "completion_check": {
        "task": StepKind.COMPLETION_CHECK.value,
        "schedule": timedelta(seconds=_settings.completion_check_interval_s),
    },
    "daily_report": {"task": StepKind.DAILY_REPORT.value, "schedule": crontab(hour="0", minute="10")},
    "retention": {"task": StepKind.RETENTION.value, "schedule": crontab(hour="3", minute="20")},
    "prune": {"task": StepKind.PRUNE.value, "schedule": timedelta(seconds=_settings.prune_interval_s)},
}
if _settings.neo4j_uri:
    # Each write leaves a step that brings it to Neo4j; this is for what that step missed.
    beat_schedule["graph_update"] = {
        "task": StepKind.GRAPH_UPDATE.value,
        "schedule": timedelta(seconds=_settings.neo4j_update_interval_s),
    }
