"""Who leads: a lease in the database, so that a frozen leader loses it as surely as a dead one."""

from __future__ import annotations

from sqlalchemy import text

from orchestrator.storage.engine import SessionFactory, autocommit

NAME = "leader"

_TAKE = text(
    """
    INSERT INTO leases (name, holder, term, until)
    VALUES (:name, :holder, 1, now() + make_interval(secs => :ttl))
    ON CONFLICT (name) DO UPDATE
        SET holder = excluded.holder, until = excluded.until,
            term = leases.term + (leases.holder <> excluded.holder)::int
        WHERE leases.holder = excluded.holder OR leases.until < now()
    RETURNING term
    """
)
_GIVE_UP = text("UPDATE leases SET until = now() WHERE name = :name AND holder = :holder")
_HOLDER = text("SELECT holder, term, extract(epoch FROM until - now())::float AS left_s FROM leases WHERE name = :name")


class Leadership:
    """Each method commits."""

    def __init__(self, sessions: SessionFactory, ttl_s: float) -> None:
        self._single = autocommit(sessions)
        self._ttl_s = ttl_s

    def take(self, holder: str) -> int | None:
        """Take or renew the lead. Returns the term; None while another holds it."""
        with self._single() as session:
            values = {"name": NAME, "holder": holder, "ttl": self._ttl_s}
            return session.execute(_TAKE, values).scalar_one_or_none()

    def give_up(self, holder: str) -> None:
        """Let another lead at once."""
        with self._single() as session:
            session.execute(_GIVE_UP, {"name": NAME, "holder": holder})

    def present(self) -> bool:
        """Whether somebody leads now."""
        with self._single() as session:
            row = session.execute(_HOLDER, {"name": NAME}).one_or_none()
        return row is not None and row.left_s > 0
