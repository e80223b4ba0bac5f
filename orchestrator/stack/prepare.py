"""Makes a database ready for the services: schema and first admin key.

`up` runs it as a process of its own: it imports the ORM while the servers start, and its memory is free afterwards.
"""

from __future__ import annotations

import time

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from orchestrator import config
from orchestrator.bootstrap import build
from orchestrator.errors import Unavailable
from orchestrator.stack.layout import StateDir, write_private
from orchestrator.storage import migrate
from orchestrator.storage.versions import refuse_old_postgres

DATABASE_WAIT_S = 60.0


def prepare(settings: config.Settings, preset_key: str | None) -> None:
    """Waits for the database, migrates it, and stores the admin key, preset or made, in the state directory.

    Raises:
        Unavailable: the database does not answer in time, or is too old.
        ConfigError: the schema is newer than this code.
    """
    orchestrator = build(settings, role="prepare")
    try:
        _await_database(orchestrator.engine)
        migrate.upgrade(settings.database_url)
        made = orchestrator.accounts.ensure_admin_key(preset_key)
    finally:
        orchestrator.close()
    key = preset_key or made
    if key:
        write_private(StateDir(settings.state_dir).admin_key_file, key + "\n")


def _await_database(engine: Engine) -> None:
    limit = time.monotonic() + DATABASE_WAIT_S
    while True:
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                refuse_old_postgres(connection)
        except OperationalError as error:
            if time.monotonic() > limit:
                reason = str(error.orig).strip().splitlines()[0]
                raise Unavailable(f"the database does not answer: {reason}; check DATABASE_URL") from error
            time.sleep(0.05)
        else:
            return
