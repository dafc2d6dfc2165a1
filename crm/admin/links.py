"""Links from a page to the lists of what belongs to it: thousands of rows stay in the lists, with their pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst


def list_url(model: Any, **lookups: Any) -> str:
    """The address of the model's list, narrowed by these lookups."""
    query = "&".join(f"{name}={value}" for name, value in lookups.items())
    return f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{query}"


def linked_lists(obj: Any, *relations: str) -> SafeString:
    """One link a relation that points at `obj`. Nothing is counted: the theme asks for it several times a page."""
    links = []
    for name in relations:
        relation = obj._meta.get_field(name)
        url = list_url(relation.related_model, **{f"{relation.field.name}__id__exact": obj.pk})
        links.append((url, capfirst(relation.related_model._meta.verbose_name_plural)))
    return format_html_join("", '<div><a class="underline" href="{}">{}</a></div>', links)
