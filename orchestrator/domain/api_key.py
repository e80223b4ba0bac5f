"""API keys: `ro_<env>_<id8>_<secret>`. The id is public, of the secret only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

KEY_PATTERN = re.compile(r"ro_[a-z0-9]{1,16}_([a-z0-9]{8})_([A-Za-z0-9_-]{16,128})")
PRESET_PATTERN = re.compile(r"[!-~]{16,200}")
PRESET_NAME = "preset admin key"
SECRET_BYTES = 32
_NO_HASH = "0" * 64
_SECRET_CHARACTERS = len(secrets.token_urlsafe(SECRET_BYTES))


class KeyParts(NamedTuple):
    """The public id and the secret."""

    id: str
    secret: str


def split(key: str) -> KeyParts:
    """The parts of a key. One of another form is all secret, and its id is made of its hash."""
    if match := KEY_PATTERN.fullmatch(key):
        return KeyParts(match[1], match[2])
    return KeyParts(hash_of(key)[:8], key)


def make_parts() -> KeyParts:
    """A new id, and a secret of 256 random bits."""
    return KeyParts(secrets.token_hex(4), secrets.token_urlsafe(SECRET_BYTES))


def joined(environment: str, parts: KeyParts) -> str:
    """The key as its owner gets it."""
    return f"ro_{environment}_{parts.id}_{parts.secret}"


def hash_of(secret: str) -> str:
    """What is stored of a secret. It is random, so a fast hash without salt serves."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def matches(secret_sha256: str, stored: str | None) -> bool:
    """Whether the hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(secret_sha256, stored or _NO_HASH)


def looks_random(key: str) -> bool:
    """Whether this has the form of a key made here, which nobody can guess; a preset one is somebody's choice."""
    match = KEY_PATTERN.fullmatch(key)
    return match is not None and len(match[2]) >= _SECRET_CHARACTERS


def looks_like_token(key: str) -> bool:
    """Whether this is a token (JWT) and no key: three parts, of which the first begins as JSON in base64 does."""
    return key.startswith("eyJ") and key.count(".") == 2
