"""Finding and seeing at a glance in the admin: search, autocomplete, the first page, the sidebar, signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.querysets import now_ms

from .admin_helpers import admin_of, signed_in, text_of, url_of
from .api_helpers import make_many
from .helpers import factory_for, make, model_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in(full_name="Boss")


@pytest.fixture
def elodie():
    return factory_for("accounts.User")(full_name="Élodie Œuvrard", username="eo")


def autocomplete(client, model, field, term):
    meta = model_of(model)._meta
    query = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field, "term": term}
    return client.get(reverse("admin:autocomplete"), query)


@pytest.mark.parametrize("term", ["elodie", "ÉLODIE", "oeuvrard elodie", "œuvr"])
def test_a_list_is_searched_blind_to_case_and_accents(boss, elodie, term):
    page = boss.get(url_of("accounts.User", "changelist"), {"q": term})
    assert list(page.context["cl"].result_list) == [elodie]


def test_search_reaches_through_foreign_keys(boss, elodie):
    profile = make("accounts.TeacherProfile", user=elodie)
    make("accounts.TeacherProfile")
    page = boss.get(url_of("accounts.TeacherProfile", "changelist"), {"q": "elodie"})
    assert list(page.context["cl"].result_list) == [profile]


def test_autocomplete_is_blind_to_accents_and_offers_the_alive(boss, elodie):
    answer = autocomplete(boss, "accounts.TeacherProfile", "user", "elodie").json()
    assert [each["id"] for each in answer["results"]] == [str(elodie.pk)]
    elodie.delete()
    assert not autocomplete(boss, "accounts.TeacherProfile", "user", "elodie").json()["results"]


def test_autocomplete_needs_the_right_to_view():
    nobody = signed_in(permissions=["accounts.change_teacherprofile"])
    assert autocomplete(nobody, "accounts.TeacherProfile", "user", "a").status_code == 403


def test_the_search_of_everything_finds_rows_of_models_that_one_may_view(boss, elodie):
    url = reverse("admin:search")
    assert "Élodie" in text_of(boss.get(url, {"s": "elodie", "extended": "1"}))
    clerk = signed_in(permissions=["accounts.view_blockedemaildomain"])
    assert "Élodie" not in text_of(clerk.get(url, {"s": "elodie", "extended": "1"}))


def test_a_search_without_result_says_what_to_do(boss):
    text = text_of(boss.get(url_of("accounts.User", "changelist"), {"q": "zzzz"}))
    assert "Reset filters" in text


def test_the_sidebar_shows_what_one_may_view():
    clerk = signed_in(permissions=["accounts.view_blockedemaildomain"])
    groups = clerk.get(reverse("admin:index")).context["sidebar_navigation"]
    links = [item["link"] for group in groups for item in group["items"]]
    assert links == [reverse("admin:index"), url_of("accounts.BlockedEmailDomain", "changelist")]


def test_the_first_page_shows_figures_trash_and_recent_changes(boss):
    row = make("accounts.BlockedEmailDomain", domain="seen.example")
    row.delete()
    page = boss.get(reverse("admin:index"))
    text = text_of(page)
    figures = {figure.label: figure.value for figure in page.context["figures"]}
    assert figures["In the trash"] == 1
    assert figures["Active people"] == 1
    assert "seen.example" in text
    assert url_of(type(row), "history", row.pk) in text


def test_recent_changes_are_told_in_the_right_time_zone(boss):
    make("accounts.BlockedEmailDomain")
    (newest, *_others) = boss.get(reverse("admin:index")).context["recent"]
    assert abs(now_ms() - newest["when"]) < timedelta(minutes=1)


def test_the_first_page_shows_only_what_one_may_view():
    make("accounts.StudentProfile")
    clerk = signed_in(permissions=["accounts.view_blockedemaildomain"])
    page = clerk.get(reverse("admin:index"))
    assert [figure.label for figure in page.context["figures"]] == ["In the trash"]
    assert page.context["recent"] == []
    assert "Nothing has been changed yet" in text_of(page)


def test_the_first_page_costs_the_same_for_many_rows(boss):
    def count():
        with CaptureQueriesContext(connection) as queries:
            boss.get(reverse("admin:index"))
        return len(queries)

    make_many(model_of("accounts.BlockedEmailDomain"), 15)
    count()
    few = count()
    make_many(model_of("accounts.BlockedEmailDomain"), 100)
    assert count() == few


def test_somebody_without_any_role_is_told_so():
    nobody = signed_in(permissions=[])
    assert "no role yet" in text_of(nobody.get(reverse("admin:index")))


def test_one_signs_in_by_address_or_name():
    person = signed_in().user
    person.set_password("correct horse battery")
    person.save()
    for name in (person.username, person.email.upper()):
        browser = Client()
        page = browser.get(reverse("admin:index"), follow=True)
        assert page.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
        data = {"login": name, "password": "correct horse battery", "next": "/admin/"}
        assert browser.post("/accounts/login/", data).url == "/admin/"
    refused = Client().post("/accounts/login/", {"login": "x", "password": "y"})
    assert refused.status_code == 200
    assert refused.context["form"].errors


def test_the_account_menu_leads_to_ones_own_page(boss):
    assert url_of("accounts.User", "change", boss.user.pk) in text_of(boss.get(reverse("admin:index")))


def test_a_list_in_french_speaks_french():
    text = text_of(signed_in(locale="fr").get(url_of("accounts.User", "changelist")))
    assert "Filtres" in text
    assert "corbeille" in text


def test_the_command_search_takes_a_few_rows_of_each_model(boss):
    make_many(model_of("accounts.BlockedEmailDomain"), 30)
    assert admin_of("accounts.BlockedEmailDomain").search_fields
    text = text_of(boss.get(reverse("admin:search"), {"s": "throwaway", "extended": "1"}))
    assert text.count("/admin/accounts/blockedemaildomain/") == 5


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ({"title__regex": "("}, (400,)),
        ({"title": "\x00"}, (400,)),
        ({"subject": str(10**22)}, (200, 302)),
        ({"q": "a\x00"}, (200,)),
    ],
)
def test_no_address_makes_a_list_fail(boss, query, statuses):
    assert boss.get(url_of("courses.Course", "changelist"), query).status_code in statuses
    assert autocomplete(boss, "courses.Course", "subject", "\x00").status_code == 200


def test_one_entry_of_the_sidebar_is_lit_the_nearest(boss):
    attempts = url_of("learning.ExerciseAttempt", "changelist")
    queue = reverse("admin:learning_exerciseattempt_queue")
    for page, lit in (
        (attempts, attempts),
        (queue, queue),
        (reverse("admin:index"), reverse("admin:index")),
        (url_of("learning.Enrollment", "add"), url_of("learning.Enrollment", "changelist")),
    ):
        groups = boss.get(page).context["sidebar_navigation"]
        assert [item["link"] for group in groups for item in group["items"] if item["active"]] == [lit]


@pytest.mark.parametrize("proposed", ["9" * 25, "no-key-at-all", "\x00"])
def test_a_page_to_add_passes_over_what_is_proposed_and_is_no_key(boss, proposed):
    page = text_of(boss.get(url_of("courses.Lesson", "add"), {"course": proposed}))
    assert proposed not in page
