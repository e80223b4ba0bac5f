"""`orchestrator prepare`: what must be done before the services start."""

from __future__ import annotations

import click


@click.command()
def prepare() -> None:
    """Migrate the database and see that an admin key exists, then end; `orchestrator up` does this by itself.

    The key is ORCHESTRATOR_ADMIN_KEY, or in the file ORCHESTRATOR_ADMIN_KEY_FILE; else one is made on first use and
    kept in `admin.key` in ORCHESTRATOR_STATE_DIR.

    Exit codes: 0 done, 69 the database does not answer, 78 the configuration is wrong or the schema is too new.
    """
    from orchestrator import config
    from orchestrator.stack.prepare import prepare as prepare_database
    from orchestrator.stack.secret_files import secret

    prepare_database(config.load(), secret("ORCHESTRATOR_ADMIN_KEY"))
