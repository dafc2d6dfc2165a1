"""An autocomplete that does not ask the database for the row that its form has already loaded."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect

from ..api.fields import as_key


class LoadedAutocompleteSelect(AutocompleteSelect):
    """Shows `loaded`, the related row of the form's instance, when that is what is chosen; otherwise looks it up.

    Without this each row of an inline costs a query for each of its foreign keys.
    """

    loaded: Any = None

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        if self.loaded is None or [str(each) for each in value if each] != [str(self.loaded.pk)]:
            return super().optgroups(name, [each for each in value if not each or _is_key(each)], attrs)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        label = self.choices.field.label_from_instance(self.loaded)
        options.append(self.create_option(name, str(self.loaded.pk), label, True, len(options)))
        return [(None, options, 0)]


def _is_key(value: Any) -> bool:
    """What an address or a form proposes need not be a key: such a choice is no choice, and not an error."""
    return as_key(value) is not None
