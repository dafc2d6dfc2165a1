"""Reads the environment: variables first, then a `.env` file beside manage.py (see .env.example)."""

from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# The embedded database, uploads and generated files; nothing else on disk is ever written.
DATA_DIR = env.path("DATA_DIR", default=str(BASE_DIR / ".data")).root
DATA_DIR = Path(DATA_DIR)

# WAL lets readers go on while one writes; IMMEDIATE takes the write lock at the start of a transaction,
# because a transaction that reads first and writes later cannot wait for another writer: it fails at once.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # 32 MB of pages rather than 2: where many rows are written, their indexes are held and not read again and again.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768;"
        " PRAGMA temp.cache_size=-16384;"
    ),
}


def database() -> dict[str, Any]:
    """Return the connection that DATABASE_URL names: SQLite below DATA_DIR without it."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = {**SQLITE_OPTIONS, **config.get("OPTIONS", {})}
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    else:
        config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0)
        config["CONN_HEALTH_CHECKS"] = True
    return config
