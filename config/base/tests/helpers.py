"""What the kernel's tests share. The kernel imports no app: models come by label, factories by convention."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from config.base.history import RECORD_FIELDS
from config.base.introspection import kernel_models
from config.base.models import KERNEL_FIELDS


def model_of(label: str) -> Any:
    return apps.get_model(label)


def factory_for(model: Any) -> Any:
    """`<Model>Factory` in `<app>/tests/factories.py`: the convention every model is held to."""
    model = apps.get_model(model) if isinstance(model, str) else model
    module = import_module(f"{model._meta.app_config.name}.tests.factories")
    return getattr(module, f"{model.__name__}Factory")


def make(model: Any, **values: Any) -> Any:
    return factory_for(model)(**values)


def tracked_fields(model: Any) -> list[Any]:
    """The columns of a model's own that its history records."""
    skipped = {*KERNEL_FIELDS, *model.untracked_fields, *model.secret_fields}
    return [
        field for field in model._meta.concrete_fields if field.name not in skipped and not field.generated
    ]


def is_append_only(model: Any) -> bool:
    return getattr(model, "append_only", False)


def touch(obj: Any) -> None:
    """A tracked `queryset.update` that changes no value: every model has a column that can bear it."""
    name = tracked_fields(type(obj))[0].name
    type(obj).all_objects.filter(pk=obj.pk).update(**{name: F(name)})


def assert_complete(*models_: Any) -> None:
    """Invariant 1 over these models (or all): the versions in the history are 1…version, each once."""
    for model in models_ or kernel_models():
        for pk, version in model.all_objects.values_list("pk", "version"):
            recorded = list(model.history.filter(id=pk).order_by("version").values_list("version", flat=True))
            assert recorded == list(range(1, version + 1)), f"{model._meta.label} {pk}"


def assert_true(*models_: Any) -> None:
    """Invariant 2 over these models (or all): the newest record equals the row on every tracked column."""
    for model in models_ or kernel_models():
        names = [f.attname for f in model.history.model._meta.concrete_fields if f.name not in RECORD_FIELDS]
        for row in model.all_objects.all():
            record = row.history.first()
            differing = {
                n: (getattr(record, n), getattr(row, n))
                for n in names
                if getattr(record, n) != getattr(row, n)
            }
            assert not differing, f"{model._meta.label} {row.pk}"
            assert (record.history_type == "-") == row.is_deleted


def assert_sound(*models_: Any) -> None:
    assert_complete(*models_)
    assert_true(*models_)


def dump(*objs: Any) -> str:
    return serializers.serialize("json", objs)


def load(text: str, tmp_path: Any, name: str = "fixture") -> None:
    path = tmp_path / f"{name}.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    call_command("loaddata", str(path), verbosity=0)


def race(*jobs: Callable[[], Any]) -> Counter[str]:
    """Run the jobs at once, each in a thread and on a connection of its own; count results by name or error."""
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            outcomes[str(job() or "done")] += 1
        except Exception as error:  # the kind of failure is the result
            outcomes[type(error).__name__] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
