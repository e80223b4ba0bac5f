"""One log format for every process: JSON lines, or readable ones on a terminal."""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import Any

import structlog

from orchestrator.config import Settings

TALKATIVE = ("alembic", "celery.app.trace", "celery.worker.strategy")
"""Whose lines of level INFO say nothing to an operator: Celery's two for each message, beside our own `step_done`."""
# Made once: `json.dumps` makes one for each line. What JSON does not know is shown as text: a line must never fail.
_ENCODER = json.JSONEncoder(default=str)


def configure(settings: Settings, service: str, **always: Any) -> None:
    """Send this process's own and its libraries' log lines, warnings and uncaught errors to stderr in one format.

    Args:
        settings: level and format.
        service: named on every line.
        always: further members of every line.
    """
    told = {"service": service, **always}
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _method, event: {**told, **event},
    ]
    structlog.configure(
        # First of all, so that a line that nobody wants costs next to nothing.
        processors=[structlog.stdlib.filter_by_level, *shared, _as_arguments],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Lines(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _spare()
    _tell_uncaught()


class _Own(dict[str, Any]):
    """The members of a line of our own: others log dictionaries as well."""


class _Lines(structlog.stdlib.ProcessorFormatter):
    """Renders what libraries log as structlog does; our own lines without its copies, which take half of the time."""

    def format(self, record: logging.LogRecord) -> str:
        if not isinstance(record.msg, _Own):
            return super().format(record)
        line: Any = record.msg
        for render in self.processors[1:]:  # the first one removes what the library has added
            line = render(None, record.levelname, line)
        return str(line)


def _as_arguments(_logger: Any, _method: str, event: structlog.typing.EventDict) -> tuple[tuple[Any], dict[str, Any]]:
    """Of the logger's call: the line's members take the place of a message."""
    return (_Own(event),), {}


def _spare() -> None:
    """Have nothing looked up that no line tells; as in Python's Logging HOWTO, "Optimization"."""
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _last(log_format: str) -> list[structlog.typing.Processor]:
    if log_format == "human" or (log_format == "auto" and sys.stderr.isatty()):
        # The default shows the variables of every frame, secrets among them.
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, _as_json]


def _as_json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    return _ENCODER.encode(event)


def _tell_uncaught() -> None:
    log = logging.getLogger("uncaught")

    def of_process(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("uncaught_error", exc_info=(kind, error, trace))

    def of_thread(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None:
            log.critical("uncaught_error", exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback))

    sys.excepthook = of_process
    threading.excepthook = of_thread
