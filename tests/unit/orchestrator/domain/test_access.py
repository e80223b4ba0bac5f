"""The order of the roles."""

from __future__ import annotations

from itertools import product

from orchestrator.domain.access import Role


def test_each_role_includes_itself_and_those_before_it() -> None:
    allowed = {(have.value, need.value) for have, need in product(Role, Role) if have.includes(need)}

    assert allowed == {
        ("viewer", "viewer"),
        ("operator", "viewer"),
        ("operator", "operator"),
        ("admin", "viewer"),
        ("admin", "operator"),
        ("admin", "admin"),
    }
