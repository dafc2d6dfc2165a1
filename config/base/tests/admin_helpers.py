"""What the admin's tests share: addresses, and forms posted as a browser would post them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from config.base.introspection import kernel_models

from .helpers import factory_for, model_of


def url_of(model: Any, page: str, *args: Any) -> str:
    """The address of an admin page: url_of(Course, "change", 3)."""
    model = model_of(model) if isinstance(model, str) else model
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def admin_of(model: Any) -> Any:
    return admin.site._registry[model_of(model) if isinstance(model, str) else model]


def own_admins() -> list[Any]:
    """The admins of the kernel's models, by label."""
    found = [each for model, each in admin.site._registry.items() if model in kernel_models()]
    return sorted(found, key=lambda each: each.opts.label)


def signed_in(**values: Any) -> Client:
    """A browser in which a superuser is signed in, or staff with just these `permissions`."""
    values = {"is_staff": True, "is_superuser": "permissions" not in values, "locale": "en", **values}
    client = Client()
    client.user = factory_for("accounts.User")(**values)  # type: ignore[attr-defined]
    client.force_login(client.user)  # type: ignore[attr-defined]
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def form_of(response: Any, form_id: str = "_form") -> dict[str, Any]:
    """What the browser would send from this page's form, as it stands; the template row of inlines left out."""
    parser = _FormParser(form_id)
    parser.feed(text_of(response))
    return {name: value for name, value in parser.data.items() if "__prefix__" not in name}


class _FormParser(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.data: dict[str, Any] = {}
        self.select: tuple[str, bool] | None = None
        self.chosen: str | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = dict(attrs)
        name = values.get("name")
        if tag == "form":
            self.inside = (values.get("id") or "").endswith(self.form_id)
        elif not self.inside or "disabled" in values:
            return
        elif tag == "input" and name:
            if values.get("type") in ("checkbox", "radio"):
                if "checked" in values:
                    self._add(name, values.get("value", "on"))
            elif values.get("type") not in ("submit", "button", "file"):
                self._add(name, values.get("value", ""))
        elif tag == "select" and name:
            self.select = (name, "multiple" in values)
            self.chosen = None
            if "multiple" in values:
                self.data[name] = []
        elif tag == "option" and self.select:
            selected, multiple = self.select
            if multiple and "selected" in values:
                self.data[selected].append(values.get("value", ""))
            elif not multiple and ("selected" in values or self.chosen is None):
                self.chosen = values.get("value", "")
        elif tag == "textarea" and name:
            self.textarea = name
            self.data[name] = ""

    def _add(self, name: str, value: str) -> None:
        """Inputs that share a name are sent as a list, in their order."""
        if name not in self.data:
            self.data[name] = value
        elif isinstance(self.data[name], list):
            self.data[name].append(value)
        else:
            self.data[name] = [self.data[name], value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            if self.select and self.chosen is not None:
                self._add(self.select[0], self.chosen)
            self.select = None
        elif tag == "textarea":
            if self.textarea:
                self.data[self.textarea] = self.data[self.textarea].removeprefix("\n")
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.data[self.textarea] += data
