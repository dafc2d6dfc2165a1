"""PostgreSQL for CI.

    postgres.py url WORK          prints the address of a server (no database name), starting one if need be
    postgres.py create WORK URL   creates the database that URL names
    postgres.py clean WORK        drops what was created and stops what was started

A server that answers is used as it is; else a private one is started beside WORK; its programs are
installed when they are missing and the caller may.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

KNOWN = ("postgres://postgres@127.0.0.1:5432", "postgres://postgres:postgres@127.0.0.1:5432")


def reachable(url: str) -> bool:
    try:
        psycopg.connect(f"{url}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


def install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "postgresql"]):
            subprocess.run(["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL)


def run(*command: str) -> None:
    """Run one of the server's programs; PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)


def start(work: Path) -> str:
    binaries = programs()
    if binaries is None:
        install()
        binaries = programs()
    if binaries is None:
        raise SystemExit("PostgreSQL is missing: none answers, and none could be installed or started.")
    folder = Path(f"{work}-postgres")
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    run(str(binaries / "initdb"), *f"-D {data} -U postgres -A trust -E UTF8 --no-sync".split())
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    log = str(folder / "log")
    run(str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start")
    return f"postgres://postgres@127.0.0.1:{port}"


def address(work: Path) -> str:
    given = os.environ.get("CI_DATABASE_URL", "").rstrip("/")
    for url in (given, *KNOWN):
        if url and reachable(url):
            return url
    return start(work)


def create(work: Path, url: str) -> None:
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with (work / "databases").open("a") as made:
        made.write(f"{url}\n")


def clean(work: Path) -> None:
    made = work / "databases"
    for url in made.read_text().split() if made.exists() else []:
        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))
    folder = Path(f"{work}-postgres")
    binaries = programs()
    if folder.exists() and binaries is not None:
        run(str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def main(action: str, work: str, *rest: str) -> None:
    if action == "url":
        url = address(Path(work))
        if not urlsplit(url).hostname:
            raise SystemExit(f"CI_DATABASE_URL names no server: {url}")
        print(url)
    elif action == "create":
        create(Path(work), *rest)
    elif action == "clean":
        clean(Path(work))


if __name__ == "__main__":
    main(*sys.argv[1:])
