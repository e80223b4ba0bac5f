"""Keys over their whole life, and forward authentication."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.upkeep import Upkeep
from orchestrator.domain.access import Role


def basic(password: str, user: str = "anybody") -> dict[str, str]:
    """The header of a browser that was asked for a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def make(call: Any, role: str = "operator", **fields: Any) -> dict[str, Any]:
    """A key over REST."""
    answer = call("POST", "/keys", json={"name": f"{role} of tests", "role": role} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_key_is_shown_once_and_works(call: Any, call_as: Any, stage: Any) -> None:
    made = make(call, owner="fleet team", expires_at=in_seconds(3600))

    assert made["key"].startswith(f"ro_test_{made['id']}_")
    assert (made["owner"], made["role"], made["state"], made["created_by"]) == (
        "fleet team", "operator", "valid", "admin",
    )  # fmt: skip
    assert call_as(made["key"]).submit()["owner"] == "fleet team"
    secret = made["key"].split("_", 3)[3]
    for path in ("/keys", f"/keys/{made['id']}", "/audit"):
        assert secret not in call("GET", path).text
    assert secret not in str(stage.rows("SELECT * FROM api_keys")) + str(stage.rows("SELECT * FROM audit_log"))


def test_keys_are_listed_by_pages_without_secrets(call: Any) -> None:
    ids = [make(call)["id"] for _ in range(3)]

    first = call("GET", "/keys?limit=2").get_json()
    rest = call("GET", f"/keys?limit=2&cursor={first['next_cursor']}").get_json()
    assert [each["id"] for each in [*first["items"], *rest["items"]]] == [*reversed(ids), "abcd1234"]
    assert not any("key" in each for each in first["items"])


def test_a_rotated_key_works_beside_the_new_one_for_the_overlap(call: Any, call_as: Any, stage: Any) -> None:
    made = make(call)
    rotated = call("POST", f"/keys/{made['id']}/rotate", json={"overlap_s": 600}).get_json()

    assert rotated["id"] == made["id"]
    assert rotated["key"] != made["key"]
    for key in (made["key"], rotated["key"]):
        assert call_as(key)("GET", "/jobs").status_code == 200
    stage.run("UPDATE api_keys SET previous_until = now() WHERE previous_until IS NOT NULL")
    assert call_as(made["key"])("GET", "/jobs").status_code == 401
    assert call_as(rotated["key"])("GET", "/jobs").status_code == 200


def test_without_an_overlap_the_old_secret_ends_at_once(call: Any, call_as: Any) -> None:
    made = make(call)
    rotated = call("POST", f"/keys/{made['id']}/rotate", json={"overlap_s": 0}).get_json()
    again = call("POST", f"/keys/{made['id']}/rotate", json={"overlap_s": 60}).get_json()

    assert rotated["previous_until"] is None
    assert call_as(made["key"])("GET", "/jobs").status_code == 401
    assert call_as(rotated["key"])("GET", "/jobs").status_code == 200
    assert call_as(again["key"])("GET", "/jobs").status_code == 200


def test_a_revoked_key_stays_revoked(call: Any, call_as: Any) -> None:
    made = make(call)
    first = call("DELETE", f"/keys/{made['id']}").get_json()

    assert first["state"] == "revoked"
    assert call_as(made["key"])("GET", "/jobs").status_code == 401
    assert call("DELETE", f"/keys/{made['id']}").get_json()["revoked_at"] == first["revoked_at"]
    answer = call("POST", f"/keys/{made['id']}/rotate", json={})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "invalid_transition")


def test_the_last_admin_key_stays(call: Any, call_as: Any) -> None:
    answer = call("DELETE", "/keys/abcd1234")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "last_admin")

    second = make(call, "admin")
    assert call("DELETE", "/keys/abcd1234").status_code == 200
    assert call("GET", "/keys").status_code == 401
    assert call_as(second["key"])("DELETE", f"/keys/{second['id']}").get_json()["code"] == "last_admin"


def test_the_preset_key_is_changed_where_it_is_set(call: Any) -> None:
    answer = call("POST", "/keys/abcd1234/rotate", json={})

    assert (answer.status_code, "ORCHESTRATOR_ADMIN_KEY" in answer.get_json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"role": "root"},
        {"name": ""},
        {"name": "a\0b"},
        {"name": "preset admin key"},
        {"owner": "x" * 101},
        {"expires_at": "2020-01-01"},
        {"expires_at": "soon"},
        {"secret": "mine"},
    ],
)
def test_what_is_no_key_is_refused(call: Any, stage: Any, fields: dict[str, Any]) -> None:
    answer = call("POST", "/keys", json={"name": "n", "role": "viewer"} | fields if fields else {})

    assert answer.status_code == 422, answer.text
    assert stage.count("api_keys") == 1


@pytest.mark.parametrize("path", ["/keys/zzzz0000", "/keys/zzzz0000/rotate"])
def test_an_unknown_key_is_not_found_and_a_malformed_id_is_refused(call: Any, path: str) -> None:
    method = "POST" if path.endswith("rotate") else "DELETE"

    assert call(method, path, json={}).status_code == 404
    assert call(method, path.replace("zzzz0000", "ZZZZ!"), json={}).status_code == 422


def test_the_last_use_is_written_at_most_once_a_minute(call: Any, call_as: Any, stage: Any) -> None:
    made = make(call)
    upkeep = Upkeep(stage.orchestrator)

    def used() -> Any:
        return call("GET", f"/keys/{made['id']}").get_json()["last_used_at"]

    assert used() is None
    call_as(made["key"])("GET", "/jobs")
    upkeep.write()
    first = used()
    assert first is not None
    call_as(made["key"])("GET", "/jobs")
    upkeep.write()
    assert used() == first


@pytest.mark.parametrize("role", list(Role))
def test_verify_tells_a_proxy_who_calls(stage: Any, call_as: Any, client: Any, role: Role) -> None:
    key = stage.key(role)

    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}, basic(key)):
        answer = client.get("/auth/verify", headers=headers)
        assert answer.status_code == 200
        shown = {name: answer.headers[f"X-Auth-{name}"] for name in ("User", "Role")}
        assert shown == {"User": role.value, "Role": role.value}
    wanted = client.get("/auth/verify?role=operator", headers=basic(key))
    assert wanted.status_code == (403 if role is Role.VIEWER else 200)


@pytest.mark.parametrize("headers", [{}, basic("wrong"), basic(""), {"Authorization": "Basic !"}])
def test_verify_asks_a_browser_for_the_key(client: Any, headers: dict[str, str]) -> None:
    answer = client.get("/auth/verify", headers=headers)

    assert answer.status_code == 401
    assert "Basic realm=" in answer.headers["WWW-Authenticate"]


def test_a_password_is_a_key_nowhere_else(client: Any, stage: Any) -> None:
    headers = basic(stage.key(Role.ADMIN))

    assert client.get("/jobs", headers=headers).status_code == 401
    assert client.get("/auth/verify", headers=headers).status_code == 200


def test_an_owner_with_letters_of_any_sort_fits_a_header(call: Any, client: Any) -> None:
    made = make(call, owner="Größe 漢字")

    answer = client.get("/auth/verify", headers=basic(made["key"]))
    assert answer.headers["X-Auth-User"] == "Gr%C3%B6%C3%9Fe %E6%BC%A2%E5%AD%97"
    assert answer.get_json()["owner"] == "Größe 漢字"
