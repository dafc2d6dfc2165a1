"""The pages on which people grade: what waits for whom, nothing overwritten unseen, nobody beyond their courses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.services import synchronise_roles
from accounts.tests.factories import UserFactory
from config.base.querysets import now_ms
from config.base.tests.admin_helpers import form_of, signed_in, text_of
from courses.tests.factories import ExerciseFactory
from learning.models import ExerciseAttempt, Grade, QuizAttempt
from learning.services import claim_attempt, claimant, grade_attempt, start_attempt, start_quiz, submit_answer

from .factories import EnrollmentFactory
from .working import make_class, make_quiz

pytestmark = pytest.mark.django_db
QUEUE = "/admin/learning/exerciseattempt/queue/"


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def group():
    return make_class()


def write(group, text="Because **n** falls.", by=None, **values):
    values = {"kind": "FREE_FORM", "points": 10, **values}
    exercise = ExerciseFactory(lesson=group.lesson, **values)
    return submit_answer(user=by or group.learner, exercise=exercise, answer={"text": text})


def as_teacher(user):
    synchronise_roles()
    user.is_staff, user.locale = True, "en"
    user.save()
    user.groups.add(Group.objects.get(name="teacher"))
    client = Client()
    client.force_login(user)
    return client


def grade_url(attempt):
    return reverse("admin:learning_exerciseattempt_grade", args=[attempt.pk])


def regrade_url(exercise):
    return reverse("admin:learning_exerciseattempt_regrade", args=[exercise.pk])


def send(client, attempt, query="", **values):
    body = {"do": "save", "seen": "", "feedback": "", **values}
    return client.post(grade_url(attempt) + query, body)


def test_the_queue_shows_what_waits_the_oldest_first(boss, group):
    second, first = write(group, prompt="Why second?"), write(group, prompt="Why first?")
    ExerciseAttempt.objects.filter(pk=first.pk).update(submitted_at=now_ms() - timedelta(days=4))
    page = text_of(boss.get(QUEUE))
    assert page.index("Why first?") < page.index("Why second?")
    assert "2 answers wait" in page
    assert grade_url(second) in page
    late = text_of(boss.get(QUEUE, {"days": 3}))
    assert "Why first?" in late
    assert "Why second?" not in late


def test_the_queue_is_filtered_by_course_and_by_who_reads(boss, group):
    elsewhere = make_class()
    here, there = write(group, prompt="Why here?"), write(elsewhere, prompt="Why there?")
    claim_attempt(attempt=there, user=elsewhere.teacher)
    for query, shown in (
        ({"course": group.course.pk}, [True, False]),
        ({"claimed": "nobody"}, [True, False]),
        ({"claimed": "others"}, [False, True]),
        ({"claimed": "me"}, [False, False]),
        ({"course": "x", "days": "-1", "claimed": "y", "page": "z"}, [True, True]),
    ):
        page = text_of(boss.get(QUEUE, query))
        assert [grade_url(each) in page for each in (here, there)] == shown, query


def test_an_empty_queue_says_so(boss):
    assert "Everything is graded." in text_of(boss.get(QUEUE))
    assert "Show everything that waits" in text_of(boss.get(QUEUE, {"days": 3}))


def test_what_a_learner_left_open_in_a_quiz_whose_time_is_up_waits_too(boss, group):
    quiz, (exercise,) = make_quiz(group, "FREE_FORM", time_limit_minutes=5)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    part = submit_answer(user=group.learner, exercise=exercise, answer={"text": "So."}, quiz_attempt=attempt)
    assert grade_url(part) not in text_of(boss.get(QUEUE))
    past = now_ms() - timedelta(minutes=6)
    QuizAttempt.objects.update(started_at=past, due_at=past + timedelta(minutes=5))
    assert grade_url(part) in text_of(boss.get(QUEUE))


def test_opening_an_answer_shows_it_with_its_question_and_claims_it(boss, group):
    attempt = write(
        group,
        prompt="Why does *it* end?",
        answer={"sample": "n **falls**", "rubric": "One point each.", "keywords": ["falls", "zero"]},
    )
    page = text_of(boss.get(grade_url(attempt)))
    for part in (
        "<em>it</em>",
        "Because **n** falls.",
        "<strong>falls</strong>",
        "One point each.",
        "falls, zero",
    ):
        assert part in page
    attempt.refresh_from_db()
    assert claimant(attempt) == boss.user


def test_a_learners_answer_is_text_and_never_markup(boss, group):
    page = text_of(boss.get(grade_url(write(group, "<script>alert(1)</script>"))))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_score_is_saved_with_feedback(boss, group):
    attempt = write(group)
    form = form_of(boss.get(grade_url(attempt)), "grade")
    response = boss.post(
        grade_url(attempt), {**form, "score": "7.5", "feedback": "Nearly.", "do": "save"}, follow=True
    )
    assert "7.5 of 10 points" in text_of(response)
    grade = attempt.grades.get()
    assert (str(grade.score), grade.feedback, grade.grader) == ("7.50", "Nearly.", boss.user)
    attempt.refresh_from_db()
    assert attempt.claimed_by is None


@pytest.mark.parametrize("score", ["", "11", "-1", "many", "1.005", "NaN"])
def test_a_score_that_cannot_be_is_refused_in_words_and_keeps_what_was_typed(boss, group, score):
    attempt = write(group)
    response = send(boss, attempt, score=score, feedback="Kept & shown")
    assert response.status_code == 400
    page = response.content.decode()
    assert 'class="grading-error"' in page
    assert "Kept &amp; shown" in page
    assert not Grade.objects.exists()


def test_a_comma_is_read_as_french_people_write_it(group):
    client = signed_in(locale="fr")
    attempt = write(group)
    send(client, attempt, score="7,5")
    assert str(attempt.grades.get().score) == "7.50"
    assert "Tout est noté." in text_of(client.get(QUEUE))


def test_the_next_one_is_of_the_same_part_of_the_queue_and_free(boss, group):
    elsewhere = make_class()
    first, theirs, taken, last = write(group), write(elsewhere), write(group), write(group)
    claim_attempt(attempt=taken, user=group.teacher)
    query = f"?course={group.course.pk}"
    assert theirs in ExerciseAttempt.objects.grading_queue(boss.user)
    response = send(boss, first, query, score="1", do="next")
    assert response.url == grade_url(last) + query
    response = send(boss, last, query, score="1", do="next")
    assert response.url == QUEUE + query


def test_giving_an_answer_back_frees_it(boss, group):
    attempt = write(group)
    boss.get(grade_url(attempt))
    assert send(boss, attempt, do="release").url == QUEUE
    attempt.refresh_from_db()
    assert attempt.claimed_by is None
    assert not Grade.objects.exists()


def test_who_has_claimed_it_is_named_and_nothing_is_saved(boss, group):
    attempt = write(group)
    claim_attempt(attempt=attempt, user=group.teacher)
    page = text_of(boss.get(grade_url(attempt)))
    assert f"{group.teacher} is reading this answer." in page
    assert 'name="score"' not in page
    assert send(boss, attempt, score="3").status_code == 409
    assert not Grade.objects.exists()


def test_who_has_graded_meanwhile_is_named_and_what_was_typed_stays(boss, group):
    attempt = write(group)
    grade_attempt(attempt=attempt, grader=group.teacher, score=4)
    response = send(boss, attempt, score="3", feedback="Mine")
    assert response.status_code == 409
    page = response.content.decode()
    assert f"{group.teacher} has graded this answer meanwhile: 4.00 points." in page
    assert "Mine" in page
    newest = attempt.grades.get()
    assert send(boss, attempt, score="3", seen=newest.pk).status_code == 302
    assert attempt.grades.count() == 2


def test_looking_at_what_is_graded_claims_nothing_and_shows_earlier_attempts(boss, group):
    first = write(group)
    grade_attempt(attempt=first, grader=group.teacher, score=4, feedback="Say *why*.")
    second = submit_answer(user=group.learner, exercise=first.exercise, answer={"text": "Another."})
    page = text_of(boss.get(grade_url(first)))
    assert "<em>why</em>" in page
    assert grade_url(second) in page
    first.refresh_from_db()
    assert first.claimed_by is None


@pytest.mark.parametrize("kind", ["MULTIPLE_CHOICE", "TRUE_FALSE", "CODE_COMPLETION"])
def test_any_kind_can_be_looked_at_and_graded(boss, group, kind):
    answers = {"MULTIPLE_CHOICE": {"selected": []}, "TRUE_FALSE": {"value": False}}
    exercise = ExerciseFactory(lesson=group.lesson, kind=kind)
    answer = answers.get(kind, {"blanks": ["<b>"]})
    attempt = submit_answer(user=group.learner, exercise=exercise, answer=answer)
    assert send(boss, attempt, score="1", seen=attempt.grades.get().pk).status_code == 302
    assert "What is expected" in text_of(boss.get(grade_url(attempt)))


def test_what_was_not_submitted_has_no_page(boss, group):
    begun = start_attempt(user=group.learner, exercise=ExerciseFactory(lesson=group.lesson))
    assert boss.get(grade_url(begun)).status_code == 404


def test_a_teacher_grades_in_their_own_courses_alone(group):
    elsewhere = make_class()
    mine, theirs = write(group), write(elsewhere)
    client = as_teacher(group.teacher)
    page = text_of(client.get(QUEUE))
    assert grade_url(mine) in page
    assert grade_url(theirs) not in page
    assert str(elsewhere.course) not in page
    for url in (grade_url(theirs), regrade_url(theirs.exercise)):
        assert client.get(url).status_code == client.post(url, {"score": "1"}).status_code == 404
    assert send(client, mine, score="2").status_code == 302
    assert client.get(regrade_url(mine.exercise)).status_code == 200
    assert list(Grade.objects.values_list("attempt", flat=True)) == [mine.pk]


def test_who_may_not_grade_sees_none_of_it(group):
    attempt = write(group)
    for client in (signed_in(permissions=["learning.view_exerciseattempt", "learning.view_grade"]), Client()):
        for url in (QUEUE, grade_url(attempt), regrade_url(attempt.exercise)):
            assert client.get(url).status_code in (302, 403)
            assert client.post(url, {"score": "1"}).status_code in (302, 403)
    assert not Grade.objects.exists()


def test_who_may_not_read_keys_grades_without(group):
    client = signed_in(permissions=["learning.view_exerciseattempt", "learning.add_grade"])
    attempt = write(group, answer={"sample": "The secret sample."})
    assert "The secret sample." not in text_of(client.get(grade_url(attempt)))


def test_the_queue_and_an_answer_take_as_many_queries_however_many_there_are(
    boss, group, django_assert_max_num_queries
):
    attempts = []
    for number in range(8):
        learner = UserFactory()
        EnrollmentFactory(user=learner, course=group.course)
        attempts.append(write(group, by=learner))
        if number in (1, 7):
            with django_assert_max_num_queries(8):
                boss.get(QUEUE)
            with django_assert_max_num_queries(24):
                boss.get(grade_url(attempts[0]))


def test_the_pages_are_found_from_the_exercise_the_attempt_and_the_menu(boss, group):
    attempt = write(group)
    exercise = reverse("admin:courses_exercise_change", args=[attempt.exercise_id])
    assert regrade_url(attempt.exercise) in text_of(boss.get(exercise))
    change = reverse("admin:learning_exerciseattempt_change", args=[attempt.pk])
    assert grade_url(attempt) in text_of(boss.get(change))
    assert QUEUE in text_of(boss.get("/admin/"))


def test_a_filter_that_is_none_is_left_out(boss):
    for asked in ({"days": "999999999"}, {"days": "x"}, {"course": "9" * 5000}, {"claimed": "x"}):
        answer = boss.get(reverse("admin:learning_exerciseattempt_queue"), asked)
        assert answer.status_code == 200
        assert answer.context["query"] == ""
