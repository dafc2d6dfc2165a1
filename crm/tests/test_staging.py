"""Whole tables at once: what is read is what stands there, what is written is recorded as any other write."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from django.db import DataError, IntegrityError, transaction

from config.base import staging
from config.base.audit import audit_context
from courses.models import Formula, Subject
from crm.models import Customer, OrderLine, Product
from crm.tests.factories import CustomerFactory, OrderLineFactory, ProductFactory

pytestmark = pytest.mark.django_db

MOMENT = datetime(2021, 1, 4, 9, 0, 0, 120_000, tzinfo=UTC)


def subjects(*names: str) -> pl.DataFrame:
    return pl.DataFrame({"name": names, "slug": [name.lower() for name in names]})


def insert(frame: pl.DataFrame) -> int:
    with staging.stage(frame) as table:
        return staging.insert_staged(Subject, table, {"name": "s.name", "slug": "s.slug"})


def test_inserted_rows_are_recorded_as_version_one_with_actor_and_defaults(django_user_model):
    actor = django_user_model.objects.create_user("actor", email="a@example.org")
    with audit_context(actor=actor, reason="many at once"):
        assert insert(subjects("Algebra", 'L\'été, "100 %"\n')) == 2
    for subject in Subject.objects.filter(slug__startswith="a"):
        (record,) = subject.history.all()
        assert (record.version, record.history_type, record.history_change_reason) == (1, "+", "many at once")
        assert subject.created_by == subject.updated_by == actor
    assert Subject.objects.filter(name='L\'été, "100 %"\n').exists()


def test_a_frame_is_inserted_with_defaults_and_json_and_recorded(django_user_model):
    actor = django_user_model.objects.create_user("actor", email="a@example.org")
    frame = pl.DataFrame(
        {
            "product_key": ["A", "B"],
            "label": ['L\'été, "100 %"\n', "B"],
            "grape": ["", None],
            "vintage": [None, 1999],
            "season_tags": ['["summer"]', "[]"],
            "is_active": [False, True],
        }
    )
    with audit_context(actor=actor, reason="many at once"):
        staging.insert_frame(Product, frame)
    first, second = Product.objects.order_by("product_key")
    assert (first.label, first.vintage, first.season_tags) == ('L\'été, "100 %"\n', None, ["summer"])
    assert (first.grape, second.grape, second.vintage) == ("", None, 1999)
    assert (first.is_active, second.is_active, first.is_deleted) == (False, True, False)
    for product in (first, second):
        (record,) = product.history.all()
        assert (record.version, record.history_type, record.history_change_reason) == (1, "+", "many at once")
        assert (record.label, record.created_at) == (product.label, product.created_at)
        assert product.created_by == product.updated_by == actor


def test_guards_see_a_frame_that_is_inserted():
    frame = {"customer_code": ["CUST_9"], "email": ["É@Example.org"], "email_key": [None]}
    staging.insert_frame(Customer, pl.DataFrame(frame, schema_overrides={"email_key": pl.String}))
    customer = Customer.objects.get()
    assert customer.email_key == "é@example.org"
    CustomerFactory()  # the numbers of the rows go on
    assert Customer.objects.count() == 2


def test_a_constraint_refuses_the_whole_frame():
    staging.insert_frame(Subject, subjects("Algebra"))
    with pytest.raises(IntegrityError), transaction.atomic():
        staging.insert_frame(Subject, subjects("Botany", "Algebra"))
    assert [each.name for each in Subject.objects.all()] == ["Algebra"]


@pytest.mark.postgresql  # is about COPY
def test_a_query_that_fails_halfway_leaves_the_connection_usable(caplog):
    sql = "SELECT 1 / (5000 - i) FROM generate_series(1, 9000) i"
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        staging.read_frame(sql, schema={"i": pl.Int64})
    found = staging.read_frame("SELECT i FROM generate_series(1, %s) i", [3], schema={"i": pl.Int64})
    assert found["i"].to_list() == [1, 2, 3]
    assert not caplog.records


def test_updated_rows_are_a_new_version_and_those_that_do_not_match_are_left():
    insert(subjects("Algebra", "Botany"))
    kept = Subject.objects.get(slug="botany")
    with staging.stage(pl.DataFrame({"slug": ["algebra"], "name": ["Geometry"]})) as table:
        assert staging.update_staged(Subject, table, {"name": "s.name"}, match="t.slug = s.slug") == 1
    changed = Subject.objects.get(slug="algebra")
    assert (changed.name, changed.version) == ("Geometry", 2)
    assert [each.name for each in changed.history.all()] == ["Geometry", "Algebra"]
    assert Subject.objects.get(slug="botany").version == kept.version == 1


def test_untracked_columns_alone_raise_no_version():
    product = ProductFactory()
    with staging.stage(pl.DataFrame({"id": [product.pk], "popularity": [0.5]})) as table:
        staging.update_staged(Product, table, {"popularity": "s.popularity"}, match="t.id = s.id")
    product.refresh_from_db()
    assert (product.popularity, product.version, product.history.count()) == (0.5, 1, 1)


def test_guards_see_what_was_written():
    with staging.stage(pl.DataFrame({"code": ["CUST_9"], "email": ["É@Example.org"]})) as table:
        values = {"customer_code": "s.code", "email": "s.email", "email_key": "NULL"}
        staging.insert_staged(Customer, table, values)
    assert Customer.objects.get(customer_code="CUST_9").email_key == "é@example.org"


def test_a_constraint_refuses_all_of_it():
    insert(subjects("Algebra"))
    with pytest.raises(IntegrityError):
        insert(subjects("Botany", "Algebra"))


def test_a_column_without_a_default_has_to_be_named():
    with (
        staging.stage(pl.DataFrame({"n": [1]})) as table,
        pytest.raises(ValueError, match="has no default"),
    ):
        staging.insert_staged(OrderLine, table, {})
    assert not Formula.objects.exists()


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.replace(microsecond=0), MOMENT - timedelta(days=40_000)])
def test_moments_and_amounts_come_back_as_they_were(moment):
    line = OrderLineFactory(
        ordered_at=moment, quantity=3, unit_price=Decimal("4.35"), amount=Decimal("13.05")
    )
    sql = f"""
        SELECT id, {staging.in_milliseconds("ordered_at")}, {staging.in_cents("amount")}, is_deleted, raw_label
        FROM crm_orderline WHERE quantity = %s
    """
    schema = {"id": pl.Int64, "ms": pl.Int64, "cents": pl.Int64, "dead": pl.Boolean, "label": pl.String}
    frame = staging.read_frame(sql, [3], schema=schema)
    assert frame.rows() == [(line.pk, round(moment.timestamp() * 1000), 1305, False, "")]
    with staging.stage(frame) as table:
        values = {
            "ordered_at": staging.from_milliseconds("s.ms"),
            "amount": staging.from_cents("s.cents"),
            "is_deleted": "s.dead",
        }
        staging.update_staged(OrderLine, table, values, match="t.id = s.id")
    again = OrderLine.objects.get(ordered_at=moment, amount=Decimal("13.05"))
    assert (again.pk, again.version) == (line.pk, 2)


def test_nothing_found_is_an_empty_frame_and_null_is_not_the_empty_text():
    schema = {"email": pl.String, "city": pl.String}
    query = "SELECT email, city FROM crm_customer"
    assert staging.read_frame(query, schema=schema).is_empty()
    CustomerFactory(email=None, city="")
    assert staging.read_frame(query, schema=schema).rows() == [(None, "")]


def test_a_query_with_parameters_is_read_while_queries_are_logged(django_assert_num_queries):
    """As they are with DEBUG on."""
    product = ProductFactory(label='50 % "off"')
    with django_assert_num_queries(1):
        frame = staging.read_frame(
            "SELECT id FROM crm_product WHERE label = %s AND id %% 1 = 0",
            [product.label],
            schema={"id": pl.Int64},
        )
    assert frame["id"].to_list() == [product.pk]
