"""/keys and /auth/verify: who may call, and who does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from api.arguments import Resource
from api.auth import requires
from api.context import key_id_of, principal, services
from api.idempotency import shown_once
from api.paging import shown
from api.schemas.keys import (
    CallerSchema,
    KeyPageSchema,
    KeyQuery,
    KeySchema,
    MadeKeySchema,
    NewKeySchema,
    RotationSchema,
    VerifyQuery,
)
from orchestrator.domain.access import Role
from orchestrator.errors import Denied

blp = Resource("keys", __name__, description="API keys, and who shows one.")


@blp.get("/keys")
@requires(Role.ADMIN)
@blp.takes(KeyQuery, "query")
@blp.answers(200, KeyPageSchema)
def index(query: dict[str, Any]) -> Any:
    """List keys, the newest first, those that are not valid any more as well."""
    return shown(services().keys.list(query["paging"]))


@blp.post("/keys")
@requires(Role.ADMIN)
@shown_once
@blp.takes(NewKeySchema, "json")
@blp.answers(201, MadeKeySchema)
def create(fields: dict[str, Any]) -> Any:
    """Make a key. The answer shows it, and nothing shows it again."""
    return services().keys.create(fields["wanted"], principal().owner)


@blp.get("/keys/<key_id>")
@requires(Role.ADMIN)
@blp.answers(200, KeySchema)
def show(key_id: str) -> Any:
    """Show a key without its secret."""
    return services().keys.get(key_id_of(key_id))


@blp.post("/keys/<key_id>/rotate")
@requires(Role.ADMIN)
@shown_once
@blp.takes(RotationSchema, "json")
@blp.answers(200, MadeKeySchema)
def rotate(fields: dict[str, Any], key_id: str) -> Any:
    """Give a key a new secret; the old one works for `overlap_s` seconds more."""
    return services().keys.rotate(key_id_of(key_id), fields["overlap_s"], fields["expires_at"])


@blp.delete("/keys/<key_id>")
@requires(Role.ADMIN)
@blp.answers(200, KeySchema)
def revoke(key_id: str) -> Any:
    """Revoke a key for good. The last valid admin key stays."""
    return services().keys.revoke(key_id_of(key_id))


@blp.get("/auth/verify")
@requires(Role.VIEWER, by_password=True)
@blp.takes(VerifyQuery, "query")
@blp.answers(200, CallerSchema)
def verify(query: dict[str, Any]) -> Any:
    """Tell a proxy who calls, in headers. The key may come as the password of Basic authentication."""
    caller = principal()
    if not caller.role.includes(Role(query["role"])):
        raise Denied(f"This needs the role {query['role']}; the key has the role {caller.role.value}.")
    named = {"X-Auth-User": quote(caller.owner, safe=" @"), "X-Auth-Role": caller.role.value}
    return caller, named | {"X-Auth-Key-Id": caller.key_id}
