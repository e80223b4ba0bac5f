"""Tokens against a real issuer on loopback with real keys."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from orchestrator.config import Settings
from orchestrator.domain.access import Role
from orchestrator.errors import Denied, Unavailable
from orchestrator.services.accounts import Accounts
from orchestrator.services.key_sets import KeySet
from orchestrator.services.tokens import Tokens

SECRET = "a secret of more than thirty-two bytes"  # noqa: S105 - made up


@dataclass
class Issuer:
    """Serves its public keys and signs with its private ones; counts how often it was asked."""

    url: str = ""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    body: bytes | None = None
    status: int = 200
    pause_s: float = 0.0

    def answer(self, path: str) -> bytes:
        if self.body is not None:
            return self.body
        if path.endswith("openid-configuration"):
            return json.dumps({"issuer": self.url, "jwks_uri": f"{self.url}/keys"}).encode()
        public = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) for key in self.keys.values()]
        return json.dumps({"keys": [key | {"kid": kid} for key, kid in zip(public, self.keys, strict=True)]}).encode()

    def token(self, kid: str = "one", headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A valid token unless the claims say otherwise; None leaves a claim out."""
        key = self.keys.get(kid) or next(iter(self.keys.values()))
        return jwt.encode(self.claims(**claims), key, "RS256", headers={"kid": kid} | (headers or {}))

    def claims(self, **changes: Any) -> dict[str, Any]:
        usual = {"iss": self.url, "aud": "orchestrator", "sub": "ada", "exp": time.time() + 300, "role": "operator"}
        return {name: value for name, value in (usual | changes).items() if value is not None}


@pytest.fixture(scope="module")
def private_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@pytest.fixture
def issuer(private_keys: list[rsa.RSAPrivateKey]) -> Iterator[Issuer]:
    made = Issuer(keys={"one": private_keys[0]})

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            time.sleep(made.pause_s)
            body = made.answer(self.path)
            self.send_response(made.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def make_tokens(issuer: Issuer) -> Callable[..., Tokens]:
    """`make_tokens(cooldown_s=30, **settings)`."""

    def make(cooldown_s: float = 30.0, lifetime_s: float = 600.0, **changes: Any) -> Tokens:
        usual = Settings("postgresql://x@127.0.0.1:1/x", "redis://127.0.0.1:1", jwt_audience="orchestrator")
        settings = replace(usual, **({"jwt_issuer": issuer.url} | changes))
        return Tokens(settings, KeySet(settings, cooldown_s=cooldown_s, lifetime_s=lifetime_s))

    return make


def test_a_token_of_the_issuer_is_its_subjects(issuer: Issuer, make_tokens: Any) -> None:
    tokens = make_tokens()

    for _ in range(3):
        caller = tokens.verify(issuer.token())
        assert (caller.owner, caller.role) == ("ada", Role.OPERATOR)
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_the_url_of_the_keys_can_be_set(issuer: Issuer, make_tokens: Any) -> None:
    assert make_tokens(jwt_jwks_url=f"{issuer.url}/certificates").verify(issuer.token()).owner == "ada"
    assert issuer.asked == ["/certificates"]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1_000_000_000}, "has expired"),
        ({"exp": None}, "must have the claims"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"aud": "somebody else"}, "meant for others"),
        ({"aud": None}, "must have the claims"),
        ({"iss": "http://127.0.0.1:1"}, "another issuer"),
        ({"iss": None}, "must have the claims"),
        ({"sub": None}, "must have the claims"),
        ({"sub": ""}, "no name"),
        ({"sub": "a\0b"}, "no name"),
        ({"sub": "x" * 201}, "no name"),
        ({"sub": "ada\r\nX-Auth-Role: admin"}, "no name"),
        ({"sub": " ada"}, "no name"),
        ({"sub": "ada\u200b"}, "no name"),
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_refused(
    issuer: Issuer, make_tokens: Any, claims: dict[str, Any], said: str
) -> None:
    with pytest.raises(Denied, match=said) as refused:
        make_tokens().verify(issuer.token(**claims))
    assert refused.value.code == "unauthenticated"


def forged(issuer: Issuer, other: rsa.RSAPrivateKey) -> dict[str, str]:
    """Tokens that would pass where the token itself says how to check it."""
    public = issuer.keys["one"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    claims = issuer.claims()
    hs = jwt.api_jws.PyJWS()
    by_public_key = _hmac_signed(hs, claims, pem)
    whole = issuer.token()
    head, body, signature = whole.split(".")
    return {
        "none": jwt.encode(claims, None, "none", headers={"kid": "one"}),
        "public key as secret": by_public_key,
        "other key": jwt.encode(claims, other, "RS256", headers={"kid": "one"}),
        "other algorithm": jwt.encode(claims, issuer.keys["one"], "PS256", headers={"kid": "one"}),
        "key in the token": jwt.encode(
            claims, other, "RS256", headers={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other.public_key()))}
        ),
        "no signature": f"{head}.{body}.",
        "changed body": f"{head}.{body[:-4]}AAAA.{signature}",
        "critical extension": jwt.encode(
            claims, issuer.keys["one"], "RS256", headers={"kid": "one", "crit": ["x"], "x": 1}
        ),
        "deep header": "eyJ" + "W1tb" * 1900 + ".e30.e30",
        "no base64": "eyJ!.!.!",
        "empty": "eyJ..",
    }


def _hmac_signed(_: Any, claims: dict[str, Any], secret: bytes) -> str:
    """HS256 by hand: the library refuses to sign with a public key."""
    import base64
    import hashlib
    import hmac

    def part(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    signed = part(b'{"alg":"HS256","kid":"one"}') + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()


def test_forged_tokens_are_refused(issuer: Issuer, make_tokens: Any, private_keys: Any) -> None:
    tokens = make_tokens()
    for name, token in forged(issuer, private_keys[1]).items():
        with pytest.raises(Denied) as refused:
            tokens.verify(token)
        assert refused.value.code == "unauthenticated", name
    assert tokens.verify(issuer.token()).owner == "ada"


def test_a_storm_of_unknown_keys_asks_the_issuer_once(issuer: Issuer, make_tokens: Any) -> None:
    tokens = make_tokens(cooldown_s=3600.0)
    tokens.verify(issuer.token())
    issuer.asked.clear()

    def refused(number: int) -> bool:
        with pytest.raises(Denied):
            tokens.verify(issuer.token(f"unknown-{number}"))
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(refused, range(60)))
    assert issuer.asked == []


def test_a_new_key_is_fetched_and_a_withdrawn_one_is_refused(
    issuer: Issuer, make_tokens: Any, private_keys: Any
) -> None:
    tokens = make_tokens(cooldown_s=0.0)
    old = issuer.token()
    tokens.verify(old)
    issuer.keys = {"two": private_keys[1]}

    assert tokens.verify(issuer.token("two")).owner == "ada"
    with pytest.raises(Denied):
        tokens.verify(old)


def test_a_withdrawn_key_is_refused_after_the_lifetime(issuer: Issuer, make_tokens: Any, private_keys: Any) -> None:
    tokens = make_tokens(cooldown_s=0.0, lifetime_s=0.0)
    old = issuer.token()
    tokens.verify(old)
    issuer.keys = {"two": private_keys[1]}

    with pytest.raises(Denied):
        tokens.verify(old)


def test_known_keys_serve_while_the_issuer_is_away(issuer: Issuer, make_tokens: Any) -> None:
    tokens = make_tokens(cooldown_s=0.0, lifetime_s=0.0)
    tokens.verify(issuer.token())
    issuer.status = 500

    assert tokens.verify(issuer.token()).owner == "ada"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, None),
        (302, None),
        (200, b"{"),
        (200, b"[]"),
        (200, b'{"keys": []}'),
        (200, b'{"keys": [{"kty": "oct", "kid": "one", "k": "AAAA"}]}'),
        (200, b"[" * 100_000),
        (200, b" " * 600_000),
    ],
)
def test_without_keys_it_says_so(issuer: Issuer, make_tokens: Any, status: int, body: bytes | None) -> None:
    issuer.status, issuer.body = status, body

    with pytest.raises(Unavailable, match="cannot be fetched"):
        make_tokens(jwt_jwks_url=f"{issuer.url}/keys").verify(issuer.token())


def test_another_issuers_description_is_refused(issuer: Issuer, make_tokens: Any) -> None:
    issuer.body = json.dumps({"issuer": "https://elsewhere.example", "jwks_uri": f"{issuer.url}/keys"}).encode()

    with pytest.raises(Unavailable):
        make_tokens().verify(issuer.token())


def test_those_who_come_while_keys_are_fetched_wait_for_them(issuer: Issuer, make_tokens: Any) -> None:
    issuer.pause_s = 0.2
    tokens = make_tokens()

    with ThreadPoolExecutor(6) as pool:
        callers = list(pool.map(lambda _: tokens.verify(issuer.token()), range(6)))
    assert len(callers) == 6
    assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    ("settings", "claims", "role"),
    [
        ({}, {"role": ["viewer", "admin", "else"]}, Role.ADMIN),
        ({}, {"role": "viewer"}, Role.VIEWER),
        ({"jwt_role_claim": "realm.roles"}, {"realm": {"roles": ["operator"]}}, Role.OPERATOR),
        ({"jwt_role_claim": "https://x.example/role"}, {"https://x.example/role": "admin"}, Role.ADMIN),
        ({"jwt_role_map": ("Fleet=operator", "Boss=admin")}, {"role": ["Fleet"]}, Role.OPERATOR),
        ({"jwt_role_map": ("Fleet=operator",)}, {"role": ["admin"]}, None),
        ({}, {"role": None}, None),
        ({}, {"role": {"admin": True}}, None),
        ({}, {"role": "ADMIN"}, None),
        ({"jwt_role_claim": "realm.roles"}, {"realm": "admin"}, None),
    ],
)
def test_the_claim_gives_the_role(
    issuer: Issuer, make_tokens: Any, settings: dict[str, Any], claims: dict[str, Any], role: Role | None
) -> None:
    tokens = make_tokens(**settings)
    if role is not None:
        assert tokens.verify(issuer.token(**claims)).role is role
        return
    with pytest.raises(Denied) as refused:
        tokens.verify(issuer.token(**claims))
    assert refused.value.code == "denied"


def test_a_shared_secret_serves_instead(issuer: Issuer, make_tokens: Any) -> None:
    tokens = make_tokens(jwt_secret=SECRET)

    assert tokens.verify(jwt.encode(issuer.claims(), SECRET, "HS256")).owner == "ada"
    for token in (
        jwt.encode(issuer.claims(), SECRET + "!", "HS256"),
        jwt.encode(issuer.claims(), SECRET * 2, "HS512"),
        jwt.encode(issuer.claims(), None, "none"),
        issuer.token(),
    ):
        with pytest.raises(Denied):
            tokens.verify(token)
    assert issuer.asked == []


def test_a_token_is_taken_where_a_key_is(issuer: Issuer, settings: Settings, orchestrator: Any) -> None:
    accounts = Accounts(replace(settings, jwt_issuer=issuer.url, jwt_audience="orchestrator"), orchestrator.sessions)
    key = accounts.ensure_admin_key()

    assert accounts.authenticate(issuer.token()).owner == "ada"
    assert accounts.authenticate(key or "").role is Role.ADMIN
    with pytest.raises(Denied):
        orchestrator.accounts.authenticate(issuer.token())
