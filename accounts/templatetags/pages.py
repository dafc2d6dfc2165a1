"""What the site's pages need of a form that the library's templates do not say."""

from __future__ import annotations

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The widget alone. Its label stands above it, so that a placeholder would only say it twice, too pale to read."""
    return field.as_widget(attrs={"placeholder": False})


@register.filter
def name(field: BoundField) -> str:
    """The label; the library leaves one to Django, which derives it from the code and does not translate it."""
    return gettext(str(field.label))


@register.filter
def kind(field: BoundField) -> str:
    """How a field is laid out: "tick", "choices" or "line"."""
    if isinstance(field.field.widget, RadioSelect):
        return "choices"
    return "tick" if isinstance(field.field.widget, CheckboxInput) else "line"
