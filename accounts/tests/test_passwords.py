import inspect

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from zxcvbn import feedback

from accounts.models import User
from accounts.passwords import FEEDBACK, StrengthValidator

CAMILLE = User(
    full_name="Camille Lefèvre-Dunoyer", username="camille", email="cdunoyer@lycee-pasteur.example"
)


def refusals(password, user=CAMILLE, language="en"):
    with translation.override(language):
        try:
            validate_password(password, user)
        except ValidationError as error:
            return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "girafe poivrée et tambour",
        "7493 0158 2264 9317",  # no kind of character is asked for
        "xkqvjhzwpmty",
        "ж" * 3 + "correct horse 馬 battery",
        "girafe poivrée et tambour, " * 3,  # 81 characters
    ],
)
def test_a_long_password_that_is_hard_to_guess_is_accepted(password):
    assert refusals(password) == []


def test_64_and_more_characters_are_accepted_and_129_are_not():
    phrase = "girafe poivrée tambour lacet brume quartz "
    assert refusals((phrase * 4)[:64]) == []
    assert refusals((phrase * 4)[:128]) == []
    assert refusals((phrase * 4)[:129]) == ["Choose a password of at most 128 characters."]


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse1234",
        "aaaaaaaaaaaaaaaa",
        "azertyuiop1234",
        "passwordpassword",
        "camille lefèvre",
        "lycee-pasteur",
        "Dunoyer.Camille",
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_whatever_its_length(password):
    assert len(password) >= 12
    assert refusals(password)


def test_what_is_known_of_the_person_counts_as_easy_to_guess():
    assert refusals("lefèvre dunoyer pasteur", User(full_name="X")) == []
    assert refusals("lefèvre dunoyer pasteur")


def test_a_refusal_says_what_to_do_in_french():
    assert "Choisissez un mot de passe d’au moins 12 caractères." in refusals("court", language="fr")
    [weak] = refusals("aaaaaaaaaaaaaaaaa", language="fr")
    assert weak == (
        "Choisissez un mot de passe plus difficile à deviner. Les répétitions comme « aaa » se devinent facilement. "
        "Ajoutez un ou deux mots, de préférence peu courants. Évitez de répéter des mots ou des caractères."
    )
    assert "Ce mot de passe est trop courant : choisissez-en un autre." in refusals(
        "motdepasse", language="fr"
    )
    [*_, similar] = [text for text in refusals("camille lefèvre-dunoye", language="fr") if "éloigné" in text]
    assert similar == "Choisissez un mot de passe plus éloigné de ceci : nom complet."


def test_all_that_the_library_says_is_translated():
    with translation.override("fr"):
        for text in FEEDBACK:
            assert translation.gettext(text) != text
    assert inspect.getsource(feedback).count("_(") == len(FEEDBACK)


def test_without_a_person_the_score_stands_alone():
    StrengthValidator().validate("girafe poivrée et tambour", None)
    with pytest.raises(ValidationError):
        StrengthValidator().validate("motdepasse1234", None)
