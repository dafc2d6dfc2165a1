"""Invariant 10: unique among the alive, said on a field; and what a model's validation promises."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from config.base.constraints import ALIVE, constraint_fields
from config.base.exceptions import RestoreConflict
from config.base.introspection import kernel_models
from config.base.shapes import check_shape

from .helpers import make, race

pytestmark = pytest.mark.django_db

#: Every rule of uniqueness among the alive whose values a copy of a row repeats.
RULES = [
    (model, constraint)
    for model in kernel_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, models.UniqueConstraint) and constraint.condition == ALIVE
]
EVERY_RULE = pytest.mark.parametrize(
    ("model", "constraint"), RULES, ids=lambda value: getattr(value, "name", "")
)


def twin_of(obj: models.Model) -> models.Model:
    twin = type(obj)(
        **{f.attname: getattr(obj, f.attname) for f in obj._meta.concrete_fields if f.name != "id"}
    )
    return twin


@EVERY_RULE
def test_invariant_10_a_duplicate_is_a_field_error_until_the_first_is_deleted(model, constraint):
    first = make(model)
    twin = twin_of(first)
    if any(
        getattr(first, model._meta.get_field(name).attname) is None for name in constraint_fields(constraint)
    ):
        constraint.validate(model, twin)  # nothing is equal to an empty value: the rule says nothing
        return
    with pytest.raises(ValidationError) as caught:
        twin.validate_constraints()
    fields = set(caught.value.message_dict)
    assert str(constraint.violation_error_message) in caught.value.messages
    assert fields <= {field.name for field in model._meta.fields}, "the error is on a field"
    assert not fields & {"is_deleted", "deleted_at", "deletion_id"}
    first.delete()
    _assert_free(twin)


def _assert_free(twin: models.Model) -> None:
    """Only values unique over all rows may still be taken."""
    try:
        twin.validate_constraints()
    except ValidationError as error:
        ever = {
            str(c.violation_error_message)
            for c in twin._meta.constraints
            if isinstance(c, models.UniqueConstraint) and c.condition is None
        }
        assert set(error.messages) <= ever  # noqa: PT017 - the message is what matters


def test_invariant_10_a_form_that_hides_part_of_the_rule_still_checks_it():
    lesson = make("courses.Lesson")
    twin = twin_of(lesson)
    with pytest.raises(ValidationError) as caught:
        twin.full_clean(exclude={"course", "is_deleted", "deleted_at", "deletion_id", "position"})
    assert "slug" in caught.value.message_dict


def test_invariant_10_the_case_of_an_address_makes_no_second_person():
    user = make("accounts.User", email="Ada@example.org")
    other = twin_of(user)
    other.email, other.username = "ADA@EXAMPLE.ORG", "somebody-else"
    with pytest.raises(ValidationError) as caught:
        other.full_clean()
    assert set(caught.value.message_dict) == {"email"}


def test_invariant_10_a_user_name_is_never_given_out_again():
    user = make("accounts.User")
    twin = twin_of(user)
    twin.email = "someone.else@example.org"
    user.delete()
    with pytest.raises(ValidationError) as caught:
        twin.full_clean()
    assert set(caught.value.message_dict) == {"username"}
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.django_db(transaction=True)
def test_invariant_10_of_racing_inserts_one_wins_and_nothing_is_half_written():
    subject = make("courses.Subject")
    Subject = type(subject)
    outcomes = race(*(Subject(name="Same", slug="same").save for _ in range(6)))
    assert outcomes == {"done": 1, "IntegrityError": 5}
    assert Subject.history.filter(slug="same").count() == 1


SHAPE = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {"id": {"type": "string", "maxLength": 3}, "weight": {"type": "number", "minimum": 0}},
    },
}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "value"),
        ([], "value"),
        ([{}], "[0]: * id"),
        ([{"id": 1}], "[0].id"),
        ([{"id": "a", "wieght": 1}], "wieght"),
        ([{"id": "a", "weight": -1}], "[0].weight"),
        ([{"id": "long"}], "[0].id"),
    ],
)
def test_a_wrong_shape_is_refused_with_the_key_named(value, words, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(ValidationError) as caught:
        check_shape(value, SHAPE)
    message = caught.value.messages[0]
    assert all(word in message for word in words.split(" * ")), message


def test_a_right_shape_passes():
    check_shape([{"id": "a", "weight": 0.5}], SHAPE)


def test_update_from_dict_takes_what_to_dict_gave_and_names_what_it_does_not_know():
    course = make("courses.Course")
    data = course.to_dict()
    version = course.version
    course.update_from_dict({**data, "title": "From a dict", "version": 99})
    course.refresh_from_db()
    assert (course.title, course.version) == ("From a dict", version + 1)
    with pytest.raises(ValidationError, match="titel"):
        course.update_from_dict({"titel": "Typo"})
    user = make("accounts.User")
    assert "password" not in user.to_dict()
    with pytest.raises(ValidationError, match="password"):
        user.update_from_dict({"password": "x"})


def test_invariant_10_a_conditional_rule_stands_only_in_the_way_of_rows_that_meet_its_condition():
    student = make("accounts.StudentProfile")
    second = make("accounts.Guardianship", student=student, is_primary=False)
    first = make("accounts.Guardianship", student=student, is_primary=True)
    second.delete()
    second.restore()
    first.delete()
    make("accounts.Guardianship", student=student, is_primary=True)
    with pytest.raises(RestoreConflict, match=r"first contact|premier contact"):
        first.restore()


def test_invariant_7_a_rule_that_only_the_database_knows_is_said_in_words():
    session = make("courses.TutoringSession")
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at, "teacher": session.teacher}
    session.delete()
    make("courses.TutoringSession", **times)
    with pytest.raises(RestoreConflict) as caught:
        session.restore()
    rule = next(
        each for each in session._meta.constraints if each.name == "courses_tutoringsession_teacher_once"
    )
    assert caught.value.conflicts[0].message == str(rule.get_violation_error_message())
