"""Makes the secret files that docker-compose.yml mounts, in the folder `secrets`. Files that are there stay."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from orchestrator.domain.api_key import joined, make_parts

READABLE = 0o444
"""The containers' user is another one; the folder keeps everybody else of this machine out."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("secrets"))
    folder: Path = parser.parse_args().folder
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    postgres = keep(folder / "postgres_password", secrets.token_hex(24))
    valkey = keep(folder / "valkey_password", secrets.token_hex(24))
    keep(folder / "database_url", f"postgresql://orchestrator:{postgres}@postgres:5432/orchestrator")
    keep(folder / "redis_url", f"redis://:{valkey}@valkey:6379/0")
    keep(folder / "admin_key", joined("prod", make_parts()))
    keep(folder / "flower_login", f"operator:{secrets.token_hex(12)}")
    login = keep(folder / "neo4j_auth", f"neo4j/{secrets.token_hex(12)}")
    keep(folder / "neo4j_password", login.partition("/")[2])
    keep(folder / "grafana_password", secrets.token_hex(12))
    print(f"The secrets are in {folder}/; the admin key for REST and the command line is in {folder}/admin_key.")


def keep(file: Path, content: str) -> str:
    """Write the file unless it is there; returns what it holds."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(content, encoding="utf-8")
        file.chmod(READABLE)
    return file.read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
