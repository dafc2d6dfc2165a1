"""What holds for every admin: one added next year is held to it the day it is registered."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from config.base.admin import BaseAdmin, BaseStackedInline, BaseTabularInline
from config.base.introspection import kernel_models
from config.base.models import KERNEL_FIELDS

from .admin_helpers import form_of, own_admins, signed_in, text_of, url_of
from .api_helpers import make_many
from .helpers import is_append_only, make

EVERY = pytest.mark.parametrize("own", own_admins(), ids=lambda each: each.opts.label)
EDITABLE = pytest.mark.parametrize(
    "own",
    [
        each
        for each in own_admins()
        if not getattr(each, "owned_by_a_service", False) and not is_append_only(each.model)
    ],
    ids=lambda each: each.opts.label,
)
DELETABLE = pytest.mark.parametrize(
    "own",
    [each for each in own_admins() if not getattr(each, "owned_by_a_service", False)],
    ids=lambda each: each.opts.label,
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def test_every_model_is_in_the_admin():
    assert {each.model for each in own_admins()} == set(kernel_models())


@EVERY
def test_an_admin_stands_on_the_base(own):
    assert isinstance(own, BaseAdmin)
    assert own.search_fields, (
        "a list is searched, and foreign keys to it are autocompleted by its search fields"
    )
    assert own.icon != BaseAdmin.icon, "each model has a symbol of its own in the sidebar"
    assert not own.list_editable, "a list has no versions: what it saves could overwrite"
    assert own.ordering_field is None, "the theme's sortable list saves without versions"
    assert own.list_per_page == 50
    for inline in own.inlines:
        if inline.model in kernel_models():
            assert issubclass(inline, (BaseTabularInline, BaseStackedInline))


@EVERY
def test_a_list_takes_the_same_queries_for_few_rows_and_many(own, boss):
    def count(query=""):
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(url_of(own.model, "changelist") + query).status_code == 200
        return len(queries)

    make_many(own.model, 10)
    count()
    few = {query: count(query) for query in ("", "?q=martin", "?trash=only")}
    make_many(own.model, 50)  # more than a page
    many = {query: count(query) for query in few}
    assert few == many
    assert max(few.values()) <= 8


@pytest.mark.parametrize(
    "own", [each for each in own_admins() if not is_append_only(each.model)], ids=lambda each: each.opts.label
)
def test_a_history_takes_the_same_queries_for_few_versions_and_many(own, boss):
    row = make(own.model)
    url = url_of(own.model, "history", row.pk)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(url).status_code == 200
        return len(queries)

    column = _some_column(own.model)
    for _each in range(2):
        own.model.objects.filter(pk=row.pk).update(**{column: models.F(column)})
    count()
    few = count()
    for _each in range(20):
        own.model.objects.filter(pk=row.pk).update(**{column: models.F(column)})
    assert count() == few


def _some_column(model):
    skipped = {*KERNEL_FIELDS, *model.untracked_fields, *model.secret_fields}
    return next(field.name for field in model._meta.concrete_fields if field.name not in skipped)


@EVERY
def test_foreign_keys_are_autocompleted(own, boss):
    """Never a select of all rows, neither in forms nor in inlines nor in filters."""
    request = RequestFactory().get("/")
    request.user = boss.user
    row = make(own.model)
    forms = [own.get_form(request, row, change=True)]
    forms += [formset.form for formset, _inline in own.get_formsets_with_inlines(request, row)]
    for form in forms:
        for name, field in form.base_fields.items():
            if hasattr(field, "queryset") and field.queryset.model in admin.site._registry:
                widget = getattr(field.widget, "widget", field.widget)
                if not widget.is_hidden:
                    assert isinstance(widget, (AutocompleteSelect, AutocompleteSelectMultiple)), name
    for each in own.get_list_filter(request):
        assert each not in {field.name for field in own.opts.fields if field.is_relation}, (
            "filter by autocomplete"
        )


@EVERY
def test_every_page_answers(own, boss):
    row = make(own.model)
    pages = [("changelist",), ("change", row.pk), ("history", row.pk), ("version", row.pk, row.version)]
    if own.has_add_permission(_request(boss)):
        pages.append(("add",))
    if own.has_delete_permission(_request(boss), row):
        pages.append(("delete", row.pk))
    for page in pages:
        assert boss.get(url_of(own.model, *page)).status_code == 200, page
    assert boss.get(url_of(own.model, "changelist") + "?trash=only").status_code == 200
    assert boss.get(url_of(own.model, "changelist") + "?q=%C3%A9lodie").status_code == 200


def _request(client):
    request = RequestFactory().get("/")
    request.user = client.user
    return request


@EVERY
def test_staff_without_permission_get_403(own):
    row = make(own.model)
    nobody = signed_in(permissions=[])
    pages = [("changelist",), ("add",), ("change", row.pk), ("delete", row.pk), ("history", row.pk)]
    pages += [("version", row.pk, row.version), ("restore", row.pk)]
    for page in pages:
        assert nobody.get(url_of(own.model, *page)).status_code == 403, page
        assert nobody.post(url_of(own.model, *page)).status_code == 403, page


@EVERY
def test_the_right_to_view_gives_reading_only(own):
    row = make(own.model)
    reader = signed_in(permissions=[f"{own.opts.app_label}.view_{own.opts.model_name}"])
    for page in (("changelist",), ("change", row.pk), ("history", row.pk), ("version", row.pk, 1)):
        assert reader.get(url_of(own.model, *page)).status_code == 200, page
    for page in (
        ("add",),
        ("change", row.pk),
        ("delete", row.pk),
        ("restore", row.pk),
        ("version", row.pk, 1),
    ):
        assert reader.post(url_of(own.model, *page)).status_code == 403, page
    row.refresh_from_db()
    assert (row.version, row.is_deleted) == (1, False)


@EDITABLE
def test_saving_a_form_unchanged_writes_no_version(own, boss):
    row = make(own.model)
    url = url_of(own.model, "change", row.pk)
    response = boss.post(url, form_of(boss.get(url)))
    assert response.status_code == 302, response.context["errors"]
    row.refresh_from_db()
    assert row.version == 1


@EDITABLE
def test_a_stale_form_is_refused(own, boss):
    row = make(own.model)
    url = url_of(own.model, "change", row.pk)
    data = form_of(boss.get(url))
    column = _some_column(own.model)
    own.model.objects.filter(pk=row.pk).update(**{column: models.F(column)})
    response = boss.post(url, data)
    assert "Not saved" in text_of(response)
    row.refresh_from_db()
    assert row.version == 2


@EDITABLE
def test_a_form_without_its_version_is_refused(own, boss):
    row = make(own.model)
    url = url_of(own.model, "change", row.pk)
    data = form_of(boss.get(url))
    del data["loaded_version"]
    assert "Not saved" in text_of(boss.post(url, data))


@DELETABLE
def test_delete_trash_restore(own, boss):
    row = make(own.model)
    response = boss.post(url_of(own.model, "delete", row.pk), {"post": "yes"})
    assert response.status_code == 302, response.context_data
    row.refresh_from_db()
    assert row.is_deleted
    list_url = url_of(own.model, "changelist")
    assert row not in boss.get(list_url).context["cl"].result_list
    assert row in boss.get(f"{list_url}?trash=only").context["cl"].result_list
    assert "In the trash since" in text_of(boss.get(url_of(own.model, "change", row.pk)))
    assert boss.get(url_of(own.model, "restore", row.pk)).status_code == 200
    assert boss.post(url_of(own.model, "restore", row.pk)).status_code == 302
    row.refresh_from_db()
    assert not row.is_deleted
    assert [
        kind["kind"]["name"] for kind in boss.get(url_of(own.model, "history", row.pk)).context["versions"]
    ] == [
        "restored",
        "deleted",
        "created",
    ]


@EVERY
def test_no_secret_is_on_any_page(own, boss):
    row = make(own.model)
    secrets = [str(getattr(row, name)) for name in own.model.secret_fields if getattr(row, name)]
    for page in (("change", row.pk), ("history", row.pk), ("version", row.pk, 1)):
        text = text_of(boss.get(url_of(own.model, *page)))
        assert not [secret for secret in secrets if secret in text], page
