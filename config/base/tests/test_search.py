"""Search is blind to case and accents, the same on both databases."""

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from config.base.search import find, fold

from .helpers import make, model_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("term", ["elodie", "ÉLODIE", "Élodie", "oeuvre", "œuvré", "ODIE Œ"])
def test_elodie_is_found_however_she_is_typed(term):
    user = make("accounts.User", full_name="Élodie Œuvré")
    assert list(model_of("accounts.User").objects.filter(full_name__folded=term)) == [user]


@pytest.mark.parametrize("term", ["%", "_", "\\", "élodie%", "100_"])
def test_wildcards_are_letters_like_others(term):
    make("accounts.User", full_name="Élodie Œuvré")
    named = make("accounts.User", full_name=f"odd {term} name")
    assert list(model_of("accounts.User").objects.filter(full_name__folded=term)) == [named]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)
    assert fold(None) is None


def words_found(*words):
    users = model_of("accounts.User").objects
    return sorted(each.username for each in find(users.all(), ["full_name", "groups__name"], words))


def test_every_word_is_looked_for_in_every_column_and_through_links():
    make("accounts.User", username="one", full_name="Élodie Martin")
    two = make("accounts.User", username="two", full_name="Paul Martin")
    for name in ("éditeurs", "éditrices"):
        two.groups.add(model_of("auth.Group").objects.create(name=name))
    assert words_found("MARTIN") == ["one", "two"]
    assert words_found("martin", "elodie") == ["one"]
    assert words_found("martin", "edit") == ["two"], "once, though two of the groups fit"
    assert words_found("elodie", "edit") == []
    assert words_found() == words_found("") == ["one", "two"]


def test_a_search_through_links_asks_the_other_table_once():
    sql = str(find(model_of("accounts.StudentProfile").objects.all(), ["user__full_name"], ["a"]).query)
    assert "JOIN" not in sql
    assert sql.count("base_fold(") == 2


@pytest.mark.postgresql
def test_a_search_reads_the_index():
    users = find(model_of("accounts.User").all_objects.all(), ["full_name", "username", "email"], ["elodie"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a few rows are read faster without
        plan = users.order_by().explain()
    assert plan.count("Bitmap Index Scan on idx_user_search") == 3, plan
