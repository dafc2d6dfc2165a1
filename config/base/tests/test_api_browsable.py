"""The browsable pages: their own forms keep the rules, and no page carries another table."""

from __future__ import annotations

import re

import pytest

from config.base.testing import etag

from .api_helpers import make_many
from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"
PEOPLE = "/api/v1/test/people/"
HTML = {"Accept": "text/html"}


@pytest.fixture
def browser(client, superuser):
    client.force_login(superuser)
    return client


def page(browser, url, **kwargs):
    answer = browser.get(url, headers=HTML, **kwargs)
    assert answer.status_code == 200
    return answer.content.decode()


def etag_of_page(text):
    return re.search(r'<script id="etag" type="application/json">"(.*?)"</script>', text)[1].replace(
        '\\"', '"'
    )


def fields_of_form(text, form):
    """What the form with this id would send: its inputs, chosen options and texts."""
    body = text[text.index(f'id="{form}"') :]
    body = body[: body.index("</form>")]
    values = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            values[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.S):
        values[name] = value.strip()
    return values


def put_as_the_page_does(browser, url, data, version):
    """The page's script sends the form's data as multipart, and `If-Match` (static/base/api/if-match.js)."""
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    body = encode_multipart(BOUNDARY, data)
    return browser.put(url, body, content_type=MULTIPART_CONTENT, headers={**HTML, "If-Match": version})


def test_the_pages_script_sends_the_etag_of_what_the_page_shows(browser):
    student = make("accounts.StudentProfile")
    text = page(browser, f"{STUDENTS}{student.pk}/")
    assert etag_of_page(text) == etag(student)
    assert "base/api/if-match.js" in text
    assert text.index("jquery") < text.index("base/api/if-match.js")
    assert etag_of_page(page(browser, STUDENTS)) == ""


def test_the_form_of_the_page_saves_and_keeps_what_it_does_not_change(browser):
    group = model_of("auth.Group").objects.create(name="Choir")
    person = make("accounts.User")
    person.groups.add(group)
    url = f"{PEOPLE}{person.pk}/"
    text = page(browser, url)
    data = fields_of_form(text, "put-object-form")
    answer = put_as_the_page_does(browser, url, {**data, "full_name": "From the form"}, etag_of_page(text))
    assert answer.status_code == 200, answer.content
    before, after = person, type(person).objects.get(pk=person.pk)
    assert after.full_name == "From the form"
    assert list(after.groups.all()) == [group]
    unchanged = ("username", "email", "locale", "time_zone", "is_active", "is_staff", "phone")
    assert [getattr(after, name) for name in unchanged] == [getattr(before, name) for name in unchanged]
    assert etag_of_page(answer.content.decode()) == etag(person)


def test_after_a_refusal_the_page_keeps_the_version_that_the_person_had_read(browser):
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    data = fields_of_form(page(browser, url), "put-object-form")
    student.save()
    answer = put_as_the_page_does(browser, url, data, '"1"')
    assert answer.status_code == 412
    assert etag_of_page(answer.content.decode()) == '"1"'
    refused = put_as_the_page_does(browser, url, {**data, "level": "NOPE"}, etag(student))
    assert refused.status_code == 400
    assert etag_of_page(refused.content.decode()) == etag(student)


def test_the_page_deletes(browser):
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    version = etag_of_page(page(browser, url))
    assert browser.delete(url, headers={**HTML, "If-Match": version}).status_code in (200, 204)
    assert not type(student).objects.filter(pk=student.pk).exists()


def test_a_form_is_refused_without_its_csrf_token(superuser):
    from django.test import Client

    student = make("accounts.StudentProfile")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(superuser)
    answer = browser.delete(f"{STUDENTS}{student.pk}/", headers={"If-Match": etag(student)})
    assert answer.status_code == 403


def test_no_page_carries_a_list_of_another_tables_rows(browser):
    make_many(model_of("accounts.StudentProfile"), 120)
    student = make("accounts.StudentProfile")
    for url in (STUDENTS, f"{STUDENTS}{student.pk}/", f"{PEOPLE}{student.user_id}/"):
        text = page(browser, url)
        assert text.count("<option") < 60
        assert len(text) < 200_000
        assert re.search(r'<input[^>]*name="(user|groups)"', text)


def test_the_pages_of_every_kind_render(browser):
    student = make("accounts.StudentProfile")
    for url in ("/api/v1/", "/api/v1/test/", f"{STUDENTS}{student.pk}/history/", f"{STUDENTS}?deleted=only"):
        page(browser, url)
    page(browser, f"{STUDENTS}{student.pk}/", data={"as_of": "2999-01-01"})
    page(browser, f"{STUDENTS}{student.pk}/", data={"fields": "id"})


def test_a_stranger_finds_the_way_to_sign_in(client):
    answer = client.get(STUDENTS, headers=HTML)
    assert answer.status_code == 401
    assert f"/accounts/login/?next={STUDENTS}" in answer.content.decode()
