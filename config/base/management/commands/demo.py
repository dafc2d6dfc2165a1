"""The whole house with one command: migrate, seed, let the apps do their steps, say where to sign in, serve.

Twice is harmless. A fixture file is loaded when none of its rows is in the database (or its trash) yet, so
that what people changed, renamed or deleted since stays as they left it; the steps look for themselves.
"""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management import CommandError, CommandParser, call_command
from django.core.serializers.base import DeserializationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.crypto import salted_hmac

from config.base.commands import OperatorCommand
from config.base.demo_steps import steps
from config.base.exceptions import DomainError

PAGES = {
    "Site": "/",
    "Admin": "/admin/",
    "API": "/api/v1/",
    "API docs": "/api/docs/",
    "API schema": "/api/schema/",
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")

#: Seconds that the worker has to finish what it is at, before it is stopped in the middle of it.
PATIENCE = 10


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as. `password` is None where they have chosen one of their own."""

    username: str
    email: str
    name: str
    roles: list[str]
    is_staff: bool
    password: str | None


def demo_password(username: str) -> str:
    """The same each time, another one under another SECRET_KEY, and stored nowhere."""
    digest = salted_hmac("config.base.demo", username, algorithm="sha256").digest()
    letters = base64.b32encode(digest).decode().lower()[:12]
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def seed_files() -> list[Path]:
    """The fixtures, in the order in which they build on each other."""
    return sorted(path for folder in settings.FIXTURE_DIRS for path in Path(folder).glob("[0-9]*.json"))


def is_loaded(path: Path) -> bool:
    """Is any row of this fixture stored already, be it in the trash?"""
    for row in json.loads(path.read_text(encoding="utf-8")):
        try:
            if any(given.object.pk is not None for given in serializers.deserialize("python", [row])):
                return True
        except (DeserializationError, ObjectDoesNotExist):
            continue  # what it hangs under is not there, so neither is the row
    return False


def seeded_usernames() -> list[str]:
    """The people of the fixtures, by the name they sign in with."""
    user_model = get_user_model()
    rows = [row for path in seed_files() for row in json.loads(path.read_text(encoding="utf-8"))]
    people = [row["fields"] for row in rows if apps.get_model(row["model"]) is user_model]
    return [fields[user_model.USERNAME_FIELD] for fields in people]


def accounts_with_passwords(*, reset: bool) -> list[Account]:
    """Give the seeded people who have no password their demo password (with `reset`: everybody)."""
    user_model = get_user_model()
    names = seeded_usernames()
    people = user_model._default_manager.filter(**{f"{user_model.USERNAME_FIELD}__in": names})
    accounts = []
    for user in sorted(people.prefetch_related("groups"), key=lambda user: names.index(user.get_username())):
        password: str | None = demo_password(user.get_username())
        if reset or not user.password:
            user.set_password(password)
            user.save(update_fields=["password"])
        elif not user.check_password(password):
            password = None
        accounts.append(
            Account(
                username=user.get_username(),
                email=user.email,
                name=user.get_full_name(),
                roles=[group.name for group in user.groups.all()],
                is_staff=user.is_staff,
                password=password,
            )
        )
    return accounts


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker for what waits in the background, a process of its own that ends with this one."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "db_worker", "--no-reload"]
    # Its lines go to standard error: with --json the standard output is the object and nothing else.
    worker = subprocess.Popen(command, stdout=sys.__stderr__, stderr=sys.__stderr__)  # noqa: S603 - our own file
    before = signal.signal(signal.SIGTERM, lambda *_args: sys.exit(0))  # else it would outlive this process
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        worker.terminate()
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


class Command(OperatorCommand):
    help = (
        "Migrate, load the seeds, do the apps' steps, print the demo passwords, serve with a worker beside."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-serve", action="store_true", help="Stop before serving.")
        parser.add_argument("--port", type=int, default=8000, help="Where to serve (8000).")
        parser.add_argument("--host", default="127.0.0.1", help="Where to listen (this machine only).")
        parser.add_argument(
            "--reset-passwords", action="store_true", help="Give everybody their demo password back."
        )
        parser.add_argument("--allow-production", action="store_true", help="Seed although DEBUG is off.")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options["no_serve"]:
            self.serve(options["host"], options["port"])

    def work(self, **options: Any) -> dict[str, Any]:
        host, port = options["host"], options["port"]
        self.refuse_production(allowed=options["allow_production"])
        if not options["no_serve"]:
            self.require_free_port(host, port)
        migrations = self.migrate()
        with transaction.atomic():
            loaded = self.seed()
            accounts = accounts_with_passwords(reset=options["reset_passwords"])
        done = self.do_steps()
        if not getattr(settings, "WHITENOISE_USE_FINDERS", False):
            self.progress("Collecting the static files …")
            call_command("collectstatic", interactive=False, verbosity=0)
        site = f"http://{'localhost' if host in LOOPBACK else host}:{port}"
        return {
            "migrations": migrations,
            "loaded": loaded,
            "steps": done,
            "accounts": [asdict(account) for account in accounts],
            "pages": {label: site + path for label, path in PAGES.items()},
        }

    def show(self, result: dict[str, Any]) -> None:
        rows = [
            (
                each["username"],
                each["email"],
                each["password"] or "(their own)",
                ", ".join(each["roles"]),
                "yes" if each["is_staff"] else "no",
            )
            for each in result["accounts"]
        ]
        self.table(("Sign in as", "or as", "Password", "Role", "Staff"), rows)
        self.stdout.write()
        self.table(("Page", "Address"), result["pages"].items())
        self.stdout.write()
        if result["steps"]:
            self.stdout.writelines(f"Step {name}: {said}\n" for name, said in result["steps"].items())
            self.stdout.write()
        self.stdout.write(
            self.style.SUCCESS(f"Ready: {len(rows)} people to sign in as; staff enter the admin.")
        )

    def refuse_production(self, *, allowed: bool) -> None:
        if not (allowed or getattr(settings, "DEMO_ALLOWED", settings.DEBUG)):
            raise CommandError(
                "DEBUG is off, so this looks like production: demo would add people whose names are public, "
                "one of them an administrator. If that is what you want, repeat it with --allow-production."
            )

    def require_free_port(self, host: str, port: int) -> None:
        """Fail before any work is done, not after it."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError) as error:
                raise CommandError(f"Cannot serve on {host}:{port} ({error}); try --port.") from error

    def migrate(self) -> int:
        """Bring the database up to date and check its data; how many migrations that took."""
        try:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        self.progress(f"Migrating the database: {pending} to apply …")
        call_command("migrate", interactive=False, verbosity=0)
        if pending:
            self.progress("Checking the data …")
            try:
                call_command("check_data", stdout=self.stderr if self.json_output else self.stdout)
            except SystemExit as stop:
                raise CommandError("The data does not pass check_data; nothing was seeded.") from stop
        return pending

    def seed(self) -> list[str]:
        """Load the fixtures that are not there yet, all or none; their names."""
        files = seed_files()
        missing = [path for path in files if not is_loaded(path)]
        self.progress(f"Loading the seeds: {len(missing)} of {len(files)} files …")
        try:
            if missing:
                call_command("loaddata", *map(str, missing), verbosity=0)
        except (DatabaseError, DeserializationError, DomainError, ValidationError) as error:
            raise CommandError(
                f"The seeds do not fit what is in the database; none was loaded. {error}"
            ) from error
        return [path.name for path in missing]

    def do_steps(self) -> dict[str, str]:
        """What each step says that it did. Raises CommandError for one that cannot do its part."""
        said = {}
        for name, step in steps().items():
            self.progress(f"Step {name} …")
            try:
                said[name] = step(self.progress)
            except (DatabaseError, DomainError, ValidationError) as error:
                raise CommandError(
                    f"The step {name} stopped; what was seeded before it stays. {error}"
                ) from error
        return said

    def serve(self, host: str, port: int) -> None:
        """Serve until interrupted. With --json the server's own lines go to standard error."""
        if host not in LOOPBACK and settings.DEBUG:
            self.stderr.write(f"Others can reach {host}: DEBUG is on, and its SECRET_KEY is no secret.")
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.stdout.flush()
        out = self.stderr if self.json_output else self.stdout
        with worker_beside():
            call_command("runserver", address, use_reloader=False, stdout=out, stderr=self.stderr)
