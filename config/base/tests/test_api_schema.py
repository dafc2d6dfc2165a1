"""The OpenAPI description says what the endpoints do."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from .api_helpers import endpoints


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield path, method, operation


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_description_is_valid_and_without_warnings(tmp_path, language):
    with translation.override(language):
        call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_the_description_and_the_docs_need_no_internet(client, db):
    docs = client.get("/api/docs/")
    assert docs.status_code == 200
    assert "//cdn" not in docs.content.decode()
    assert client.get("/api/schema/").status_code == 200


def test_it_is_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")


def test_every_endpoint_is_described(schema):
    for endpoint in endpoints():
        assert endpoint.url in schema["paths"]
        assert f"{endpoint.url}{{id}}/history/" in schema["paths"]


def test_every_change_of_a_row_asks_for_if_match_and_tells_of_412_and_428(schema):
    ours = tuple(endpoint.url for endpoint in endpoints())
    for path, method, operation in operations(schema):
        if not (path.startswith(ours) and "{id}" in path and method != "get"):
            continue
        names = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert names["If-Match"]["required"], (method, path)
        assert {"409", "412", "428"} <= set(operation["responses"]), (method, path)


def test_no_column_of_a_row_is_promised_since_fields_may_leave_it_out_and_no_body_may_name_others(schema):
    components = schema["components"]["schemas"]
    rows = {name for name, one in components.items() if {"id", "version"} <= one.get("properties", {}).keys()}
    assert {"ContentBrick", "DocumentRequest", "MyDocumentRequest"} <= rows
    assert not [name for name in rows if "required" in components[name]]
    bodies = {name for name in components if name.endswith("Request")} - rows
    assert {"ContentBrickRequest", "DocumentRequestRequest"} <= bodies
    assert not [name for name in bodies if components[name]["additionalProperties"]]


def test_every_error_is_described_as_a_problem(schema):
    for path, method, operation in operations(schema):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert errors, (method, path)
        for answer in errors.values():
            assert set(answer["content"]) == {"application/problem+json"}


def test_a_row_is_answered_with_its_etag(schema):
    for endpoint in endpoints():
        read = schema["paths"][f"{endpoint.url}{{id}}/"]["get"]
        assert "ETag" in read["responses"]["200"]["headers"]
