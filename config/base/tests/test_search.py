"""Search is blind to case and accents, the same on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base.search import fold

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
