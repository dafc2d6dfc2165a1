"""Keep the groups as the code declares them, without undoing what somebody did by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.db import connections, transaction

from config.base.audit import audit_context

from ..models import Role, UserActivity
from ..roles import GROUP_NAMES, declared_permissions
from .activity import record_activity


@dataclass(frozen=True)
class ChangedByHand:
    """A role whose group holds something else than is declared: what it has besides, and what it lacks."""

    code: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code}: {' '.join([f'+{name}' for name in self.added] + [f'-{name}' for name in self.removed])}"


@dataclass
class Synchronisation:
    """What a synchronisation did, and what it left alone."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    changed_by_hand: list[ChangedByHand] = field(default_factory=list)


def synchronise_roles(*, using: str = "default") -> Synchronisation:
    """Make every role's group hold what is declared; twice gives the same result.

    A group that holds what the last synchronisation gave it follows the code. One that was changed by hand is
    kept as it is, and reported each time. A permission whose table is not there yet is given by a later run.
    """
    done = Synchronisation()
    with audit_context(reason="roles synchronised"), transaction.atomic(using=using):
        keys = _permission_keys(using)
        roles = {role.code: role for role in Role.objects.using(using).select_related("group")}
        for code, declared in declared_permissions().items():
            wanted = {name for name in declared if name in keys}
            role = roles.get(code) or _create(code, using, done)
            held_keys = _held(role.group, using)
            held = {name for name, key in keys.items() if key in held_keys}
            given = {name for name in role.synchronized_permissions if name in keys}
            if held not in (given, wanted):
                changed = ChangedByHand(code, tuple(sorted(held - wanted)), tuple(sorted(wanted - held)))
                done.changed_by_hand.append(changed)
                continue
            if held != wanted:
                role.group.permissions.set([keys[name] for name in sorted(wanted)])
                done.updated.append(code)
                if code not in done.created:
                    _note(role, sorted(wanted - held), sorted(held - wanted))
            if role.synchronized_permissions != sorted(wanted):
                role.synchronized_permissions = sorted(wanted)
                role.save(using=using)
    return done


def roles_changed_by_hand(using: str = "default") -> list[str]:
    """A line for each role whose group holds something else than the code gives it: `data_health` says them."""
    held = _permission_keys(using)
    names = {key: name for name, key in held.items()}
    lines = []
    declared = declared_permissions()
    for role in Role.objects.using(using).select_related("group").order_by("code"):
        if role.code not in declared:
            continue
        now = {names[key] for key in _held(role.group, using) if key in names}
        wanted = {name for name in declared[role.code] if name in held}
        if now != wanted:
            changed = ChangedByHand(role.code, tuple(sorted(now - wanted)), tuple(sorted(wanted - now)))
            lines.append(f"A role was changed by hand and is kept: {changed}")
    return lines


def can_synchronise(*, using: str = "default") -> bool:
    """Are the tables as the models say? Not while an older or no migration of this app is applied."""
    with connections[using].cursor() as cursor:
        introspection = connections[using].introspection
        tables = set(introspection.table_names(cursor))
        for model in (Role, Role.history.model):
            table = model._meta.db_table
            if table not in tables:
                return False
            stored = {column.name for column in introspection.get_table_description(cursor, table)}
            if stored != {column.column for column in model._meta.concrete_fields}:
                return False
    return True


def _permission_keys(using: str) -> dict[str, int]:
    rows = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    return {f"{app_label}.{codename}": key for app_label, codename, key in rows.order_by()}


def _held(group: Group, using: str) -> set[int]:
    return set(group.permissions.using(using).order_by().values_list("pk", flat=True))


def _note(role: Role, added: list[str], removed: list[str]) -> None:
    words = [f"+{name}" for name in added] + [f"-{name}" for name in removed]
    record_activity(verb=UserActivity.Verb.RIGHTS_CHANGED, obj=role, detail=" ".join(words))


def _create(code: str, using: str, done: Synchronisation) -> Role:
    group, _new = Group.objects.using(using).get_or_create(name=GROUP_NAMES[code])
    done.created.append(code)
    return Role.objects.using(using).create(code=code, group=group)
