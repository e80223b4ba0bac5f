"""Secrets from HashiCorp Vault (or OpenBao): the key-value engine, version 2. Needs the extra `vault`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

TIMEOUT_S = 5
PATH_VARIABLE = "ORCHESTRATOR_VAULT_PATH"


class VaultFault(Exception):
    """Why nothing could be read; the message says what to do and holds no secret."""


def read_vault(place: str) -> dict[str, Any]:
    """What is kept at `mount/path`, read once per process.

    The server and the login are Vault's own variables: VAULT_ADDR, VAULT_TOKEN or VAULT_TOKEN_FILE, VAULT_NAMESPACE,
    VAULT_CACERT.

    Raises:
        VaultFault: a variable is missing, or Vault does not answer, refuses, or has nothing there.
    """
    address = os.environ.get("VAULT_ADDR", "").strip()
    mount, _, path = place.strip("/").partition("/")
    if not address or not path:
        missing = "be MOUNT/PATH, as in secret/orchestrator" if address else "stand together with VAULT_ADDR"
        raise VaultFault(f"must {missing}")
    return _read(address, _token(), mount, path)


def _token() -> str:
    token = os.environ.get("VAULT_TOKEN", "").strip()
    file = os.environ.get("VAULT_TOKEN_FILE", "").strip()
    if token or not file:
        return token
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise VaultFault(f"cannot read VAULT_TOKEN_FILE {file}; make it a file that this account may read") from error


@cache
def _read(address: str, token: str, mount: str, path: str) -> dict[str, Any]:
    try:
        import hvac  # type: ignore[import-untyped]
        from requests import RequestException
    except ImportError as error:
        raise VaultFault("needs the extra: pip install 'requirement-orchestrator[vault]'") from error
    namespace = os.environ.get("VAULT_NAMESPACE") or None
    client = hvac.Client(url=address, token=token, timeout=TIMEOUT_S, namespace=namespace)
    try:
        answer = client.secrets.kv.v2.read_secret_version(path=path, mount_point=mount, raise_on_deleted_version=True)
        found = answer["data"]["data"]
    except hvac.exceptions.Forbidden as error:
        raise VaultFault(f"{address} refuses to read {mount}/{path}; check VAULT_TOKEN and its policy") from error
    except hvac.exceptions.InvalidPath as error:
        raise VaultFault(f"{address} has nothing at {mount}/{path}; put the secrets there") from error
    except (hvac.exceptions.VaultError, RequestException, ValueError, KeyError, TypeError) as error:
        told = type(error).__name__
        raise VaultFault(f"{address} gives no answer ({told}); see that Vault runs and VAULT_ADDR is right") from error
    if not isinstance(found, dict):
        raise VaultFault(f"{mount}/{path} holds no object with settings")
    return found
