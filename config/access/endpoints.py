"""Every address and method of the site, read from the URL resolver: what is added tomorrow is in here tomorrow.

Beside the plain addresses there are those with a query that opens another way to the same rows: the trash and the
past in the API, the actions and the autocomplete of the admin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admindocs.utils import (  # type: ignore[attr-defined]
    remove_non_capturing_groups,
    replace_metacharacters,
    replace_named_groups,
)
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RegexPattern
from django.views.generic import RedirectView
from django.views.generic.edit import ProcessFormView

from config.base.introspection import is_kernel_model

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

#: Whose table an app's addresses stand in, where it is not the app's own: libraries about people.
LIBRARIES = dict.fromkeys(("auth", "axes", "mfa", "usersessions"), "accounts")
SITE = "site"
ME = "me"

#: Functions do not say which methods they understand: those of these pages, by what follows the model in an admin
#: page's name, or the whole name of another; any other is read and posted to.
METHODS_OF_PAGES = {
    **dict.fromkeys(
        ("changelist", "history", "index", "app_list", "jsi18n", "autocomplete", "file"), ("GET",)
    ),
    **dict.fromkeys(
        ("search", "view_on_site", "done", "", "account_email_verification_sent", "calendar_feed"), ("GET",)
    ),
    **dict.fromkeys(("logout", "end_access", "account_language", "build", "distinct"), ("POST",)),
    "draw": ("GET",),
    **dict.fromkeys(("html", "pdf", "document_html", "document_pdf"), ("GET",)),
    **dict.fromkeys(("documents", "document", "document_progress"), ("GET",)),
    "live": ("POST",),
    "printed": ("GET",),
    **dict.fromkeys(("document_complete", "document_rate", "document_retry", "retry", "replay"), ("POST",)),
    **dict.fromkeys(("crm_outcome_record", "crm_outcome_record_run"), ("POST",)),
}


@dataclass(frozen=True)
class Endpoint:
    """One method at one address. `path` has its parameters in braces: "/api/v1/courses/courses/{pk}/"."""

    method: str
    path: str
    name: str = field(compare=False)
    view: Any = field(compare=False, repr=False)
    model: Any = field(compare=False, repr=False, default=None)
    action: str = field(compare=False, default="")

    @property
    def app(self) -> str:
        """The table it stands in."""
        found = re.match(r"/(?:api/v1|admin)/(\w+)/", self.path)
        label = found[1] if found else ""
        if label == ME and self.in_api:
            return ME
        label = LIBRARIES.get(label, label)
        return label if label in tables_of_apps() else SITE

    @property
    def in_api(self) -> bool:
        return self.path.startswith("/api/v1/")

    @property
    def in_admin(self) -> bool:
        return self.path.startswith("/admin/")

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def place(self) -> tuple[bool, str, int]:
        """Where it stands in its table: the API before the admin, addresses in order, reading before writing."""
        return self.in_admin, self.path, METHODS.index(self.method)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def tables_of_apps() -> frozenset[str]:
    """The apps of the project that stand behind addresses of their own."""
    return frozenset(
        config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR
    )


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All of them, in the order of the tables."""
    found: dict[Endpoint, None] = {}
    taken: set[str] = set()
    for path, pattern in _routes(get_resolver().url_patterns, "/"):
        if path not in taken:  # whatever comes later is never reached
            taken.add(path)
            found.update(dict.fromkeys(_endpoints_at(path, pattern)))
    found.update(dict.fromkeys(_autocompletes()))
    return tuple(sorted(found, key=lambda each: each.place))


def _routes(entries: Iterable[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        for text in _templates(entry.pattern):
            path = re.sub("/+", "/", before + text)
            if isinstance(entry, URLPattern):
                yield path, entry
            else:
                yield from _routes(entry.url_patterns, path)


def _templates(pattern: Any) -> Iterator[str]:
    """The pattern with its parameters in braces; one that offers a choice of words is an address for each."""
    text = str(pattern)
    if not isinstance(pattern, RegexPattern):
        yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
        return
    choice = re.search(r"\(\?P<\w+>((?:\w+\|)+\w+)\)", text)
    for word in choice[1].split("|") if choice else [""]:
        chosen = text.replace(choice[0], word) if choice else text
        chosen = re.sub(r"(?<!\()\.\*", "(?P<anything>x)", chosen)
        plain = replace_metacharacters(remove_non_capturing_groups(replace_named_groups(chosen)))
        yield re.sub(r"<(\w+)>", r"{\1}", plain)


def _endpoints_at(path: str, pattern: URLPattern) -> Iterator[Endpoint]:
    view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    actions = getattr(pattern.callback, "actions", None)
    name = pattern.name or ""
    if actions is not None:
        model = _model_of_viewset(view)
        for method, action in actions.items():
            if method.upper() in METHODS:
                yield from _with_variants(Endpoint(method.upper(), path, name, view, model, action))
        return
    model_admin = _model_admin(pattern.callback)
    model = getattr(model_admin, "model", None)
    page = name.removeprefix("password_change_")
    if model is not None:
        page = name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")
    for method in _methods(view, page):
        endpoint = Endpoint(method, path, name, view or model_admin, model, page)
        yield endpoint
        if path == "/admin/search/":
            yield replace(endpoint, path=f"{path}?extended=1&s={{word}}")
        if page == "changelist":
            yield from _admin_actions(endpoint, model_admin)


def _methods(view: Any, page: str) -> Sequence[str]:
    if page == "home" or (view is not None and issubclass(view, RedirectView)):
        return ["GET"]  # whichever the method
    if view is None:
        return METHODS_OF_PAGES.get(page, ("GET", "POST"))
    allowed = [name for name in view.http_method_names if hasattr(view, name)]
    if getattr(view, "put", None) is ProcessFormView.put:
        allowed.remove("put")  # the same as POST
    return [name for name in METHODS if name.lower() in allowed]


def _model_of_viewset(view: Any) -> Any:
    serializer = getattr(view, "serializer_class", None)
    return getattr(getattr(serializer, "Meta", None), "model", None)


def _with_variants(endpoint: Endpoint) -> Iterator[Endpoint]:
    """A kernel viewset shows the trash, and a row as it was, by a parameter."""
    yield endpoint
    query = {"list": "?deleted=only", "retrieve": "?as_of={now}"}.get(endpoint.action)
    if (
        query
        and hasattr(endpoint.view, "required_right")
        and not getattr(endpoint.view, "is_personal", False)
    ):
        yield replace(endpoint, path=endpoint.path + query, action=query[1:].partition("=")[0])


def _model_admin(callback: Any) -> Any:
    """The admin whose page this is, or None."""
    while hasattr(callback, "__wrapped__"):
        if hasattr(callback, "model_admin"):
            return callback.model_admin
        callback = callback.__wrapped__
    owner = getattr(callback, "__self__", None) or getattr(callback, "model_admin", None)
    return owner if isinstance(owner, admin.ModelAdmin) else None


def _admin_actions(endpoint: Endpoint, model_admin: Any) -> Iterator[Endpoint]:
    """What can be done with chosen rows of a list, each action an address of its own here."""
    for _function, name, _description in model_admin._get_base_actions():
        if name == "restore_selected" and not is_kernel_model(endpoint.model):
            continue
        query = f"?trash=only&action={name}" if name == "restore_selected" else f"?action={name}"
        yield replace(endpoint, method="POST", path=endpoint.path + query, action=f"action:{name}")


def _autocompletes() -> Iterator[Endpoint]:
    """One for each model that some form offers the rows of: what it answers depends on that model alone."""
    seen = set()
    for model, model_admin in sorted(admin.site._registry.items(), key=lambda each: each[0]._meta.label):
        for source in [*model._meta.fields, *model._meta.many_to_many]:
            related: Any = source.related_model
            target = admin.site._registry.get(related) if source.is_relation else None
            if target is None or not target.search_fields or target.model in seen:
                continue
            seen.add(target.model)
            options = model._meta
            query = f"app_label={options.app_label}&model_name={options.model_name}&field_name={source.name}"
            path = f"/admin/autocomplete/?{query}"
            yield Endpoint("GET", path, "admin:autocomplete", model_admin, target.model, "autocomplete")
