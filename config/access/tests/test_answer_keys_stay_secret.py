"""No answer of the site to a learner, a parent or a stranger holds any part of an answer key.

Every place where a key can stand holds a word that stands nowhere else, in rows of the learner's own and in those of
others; then every address outside the admin is asked, in every way that it offers, before and after answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts.roles import LEARNER, PARENT
from config.access.endpoints import Endpoint, endpoints
from config.access.table import ANONYMOUS
from config.base.querysets import now_ms
from courses.models import Course, Exercise
from courses.tests.factories import ExerciseFactory, QuizFactory, QuizItemFactory
from learning import services
from learning.models import ExerciseAttempt, QuizAttempt

from .asking import send, undone
from .world import World

pytestmark = pytest.mark.django_db

#: What nobody writes by chance; one for keys, one for the explanation, which is shown to whoever was right.
KEY, EXPLANATION = "Zwiebelkuchen", "Pfefferminztee"
ME = "/api/v1/me"

KEYS: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"correct": ["b"], "feedback": {"c": KEY}, "weights": {"b": 1, "c": -0.5}},
    "TRUE_FALSE": {"correct": True, "feedback": {"true": "Well done."}},
    "CODE_COMPLETION": {
        "blanks": [
            {
                "accepted": ["total += n", KEY],
                "pattern": f"{KEY}+",
                "partial": [{"text": f"{KEY} half", "weight": 0.5}],
                "feedback": [{"text": f"{KEY} wrong", "words": KEY}],
            }
        ]
    },
    "FREE_FORM": {"sample": KEY, "rubric": KEY, "keywords": [KEY]},
}
WRONG: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"selected": ["a"]},
    "TRUE_FALSE": {"value": False},
    "CODE_COMPLETION": {"blanks": ["total = n"]},
    "FREE_FORM": {"text": "No idea."},
}
RIGHT: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"selected": ["b"]},
    "TRUE_FALSE": {"value": True},
    "CODE_COMPLETION": {"blanks": ["total += n"]},
    "FREE_FORM": {"text": "Nothing changes n."},
}
#: What does not fit the kind, or nothing at all: the error is not to say what would have fitted.
MISFITS: tuple[Any, ...] = (
    {},
    {"answer": None},
    {"answer": "b"},
    {"answer": {}},
    {"answer": {"selected": ["b", "nothing"]}},
    {"answer": {"value": "false"}},
    {"answer": {"blanks": ["a", "b", "c"]}},
    {"answer": {"text": ""}},
    {"answer": {"correct": ["b"]}},
    {"answer": {"selected": ["b"]}, "snapshot_key": {}, "score": 2},
    {"answer": {"selected": ["b"]}, "is_correct": True},
    {"answer": {"selected": ["b"]}, "quiz_attempt": 987_654_321},
)
#: What is said of the API takes seconds to write: it is asked for once.
DESCRIPTIONS = ("/api/schema/", "/api/docs/")

#: Ways to ask a list or a row for more than it shows; whoever is no learner there is asked the first few.
PRYING: tuple[dict[str, str], ...] = (
    {"fields": "answer"},
    {"as_of": "2999-01-01T00:00:00Z"},
    {"deleted": "only"},
    {"omit": "explanation"},
    {"ordering": "snapshot_key"},
    {"answer__contains": KEY},
    {"exercise__answer__contains": "correct"},
)


@pytest.fixture(scope="module")
def planted(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        _plant(world)
        with django_db_blocker.block():
            yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(planted: World, db: None) -> Iterator[World]:
    cache.clear()
    yield planted
    cache.clear()


def _plant(world: World) -> None:
    """Exercises of every kind on the learner's side, in a quiz too; the word in every key there is, and in history."""
    side = world.sides["own"]
    Course.objects.update(status="PUBLISHED", published_at=now_ms())
    lesson, learner = side.row("courses.Lesson"), side.learner
    quiz = QuizFactory(lesson=lesson)
    for kind, key in KEYS.items():
        exercise = ExerciseFactory(lesson=lesson, kind=kind, answer=key, explanation=EXPLANATION)
        QuizItemFactory(quiz=quiz, exercise=exercise)
        services.submit_answer(user=learner, exercise=exercise, answer=WRONG[kind])
    services.start_quiz(user=learner, quiz=quiz)
    Exercise.objects.filter(kind="MULTIPLE_CHOICE").update(
        answer=KEYS["MULTIPLE_CHOICE"], explanation=EXPLANATION
    )
    ExerciseAttempt.objects.filter(snapshot_kind="MULTIPLE_CHOICE").update(
        snapshot_key=KEYS["MULTIPLE_CHOICE"]
    )


def exercise_of(world: World, kind: str) -> Exercise:
    lesson = world.sides["own"].row("courses.Lesson")
    return Exercise.objects.filter(lesson=lesson, kind=kind, explanation=EXPLANATION).latest("pk")


def require_silence(answer: Any, *, but: str = "") -> None:
    assert answer.status_code < 500, (answer.asked, answer.status_code)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    shown = text.decode("utf-8", "replace")
    for word in {KEY, EXPLANATION} - {but}:
        assert word not in shown, (answer.asked, word)


def outside_the_admin(*methods: str) -> list[Endpoint]:
    found = [each for each in endpoints() if not each.in_admin and each.method in methods]
    found = [each for each in found if each.path not in DESCRIPTIONS]
    assert len(found) > 50
    return found


def post(world: World, path: str, body: Any) -> Any:
    answer = world.api[LEARNER].post(f"{ME}/{path}/", body, format="json")
    answer.asked = (path, body)
    return answer


def hand_in(world: World) -> None:
    """The quiz that is planted open: until then nothing that it asks is answered beside it."""
    for attempt in QuizAttempt.objects.open().filter(user=world.sides["own"].learner):
        services.submit_quiz(quiz_attempt=attempt)


def test_the_words_are_there_to_be_found(world):
    """For staff who may read keys they are: what follows does not pass because nothing was planted."""
    exercise = exercise_of(world, "FREE_FORM")
    shown = world.api["superuser"].get(f"/api/v1/courses/exercises/{exercise.pk}/").content.decode()
    assert KEY in shown
    assert EXPLANATION in shown
    attempts = world.api["superuser"].get("/api/v1/learning/exercise-attempts/").content.decode()
    assert KEY in attempts


@pytest.mark.parametrize("role", [LEARNER, PARENT, ANONYMOUS])
def test_reading_tells_no_key(role, world):
    for endpoint in outside_the_admin("GET"):
        side = send(world, role, endpoint, "own")
        require_silence(side)
        if endpoint.parameters:
            require_silence(send(world, role, endpoint, "other"))
        if side.status_code != 200 or not hasattr(endpoint.view, "required_right"):
            continue
        for query in PRYING if role == LEARNER else PRYING[:3]:
            require_silence(send(world, role, endpoint, "own", query=query))


def test_the_pages_that_browsers_show_tell_no_key(world):
    client = world.browser[LEARNER]
    asked = 0
    for endpoint in outside_the_admin("GET"):
        if not endpoint.path.startswith(f"{ME}/"):
            continue
        read = send(world, LEARNER, endpoint, "own")
        if read.status_code == 200:
            with undone(client):
                page = client.get(read.asked, headers={"Accept": "text/html"})
            page.asked = read.asked
            require_silence(page)
            asked += 1
    assert asked > 20


def test_no_search_and_no_filter_finds_a_row_by_its_key(world):
    """An oracle tells as much as the key itself."""
    for endpoint in outside_the_admin("GET"):
        if endpoint.action == "list" and getattr(endpoint.view, "search_fields", ()):
            answer = send(world, LEARNER, endpoint, "own", query={"search": KEY})
            assert answer.status_code != 200 or not answer.json()["results"], endpoint
            answer = send(world, LEARNER, endpoint, "own", query={"search": EXPLANATION})
            assert answer.status_code != 200 or not answer.json()["results"], endpoint


@pytest.mark.parametrize("role", [LEARNER, PARENT, ANONYMOUS])
def test_writing_tells_no_key(role, world):
    for endpoint in outside_the_admin("POST", "PUT", "PATCH", "DELETE"):
        require_silence(send(world, role, endpoint, "own"))


@pytest.mark.parametrize("kind", list(KEYS))
def test_an_answer_that_does_not_fit_is_refused_without_a_hint(kind, world):
    exercise = exercise_of(world, kind)
    for body in MISFITS:
        with undone(world.api[LEARNER]):
            require_silence(post(world, f"exercises/{exercise.pk}/answer", body))
            hand_in(world)
            require_silence(post(world, f"exercises/{exercise.pk}/answer", body))


@pytest.mark.parametrize("kind", list(KEYS))
def test_neither_a_wrong_answer_nor_a_right_one_tells_the_key(kind, world):
    exercise = exercise_of(world, kind)
    path = f"exercises/{exercise.pk}/answer"
    with undone(world.api[LEARNER]):
        hand_in(world)
        for each in (WRONG, RIGHT):
            answer = post(world, path, {"answer": each[kind]})
            assert answer.status_code in (200, 201), answer.content
            require_silence(answer, but=EXPLANATION if answer.json()["is_correct"] else "")
        for endpoint in outside_the_admin("GET"):
            if endpoint.path.startswith(f"{ME}/"):
                require_silence(send(world, LEARNER, endpoint, "own"), but=EXPLANATION)


def test_the_explanation_is_told_once_the_answer_is_right_or_no_attempt_is_left(world):
    def explained(kind, given):
        body = post(world, f"exercises/{exercise_of(world, kind).pk}/answer", {"answer": given}).json()
        return body["explanation"] == EXPLANATION

    with undone(world.api[LEARNER]):
        hand_in(world)
        assert not explained("CODE_COMPLETION", WRONG["CODE_COMPLETION"])
        assert explained("CODE_COMPLETION", RIGHT["CODE_COMPLETION"])
        last = exercise_of(world, "MULTIPLE_CHOICE")
        Exercise.objects.filter(pk=last.pk).update(max_attempts=2)
        assert explained("MULTIPLE_CHOICE", {"selected": ["a", "c"]})
        assert not explained("FREE_FORM", RIGHT["FREE_FORM"])


def test_a_quiz_tells_no_key_before_it_is_submitted_nor_after(world):
    quiz = exercise_of(world, "FREE_FORM").quiz_items.get().quiz
    with undone(world.api[LEARNER]):
        begun = post(world, f"quizzes/{quiz.pk}/start", {})
        require_silence(begun)
        number = begun.json()["id"]
        for kind, given in RIGHT.items():
            body = {"answer": given, "quiz_attempt": number}
            require_silence(post(world, f"exercises/{exercise_of(world, kind).pk}/answer", body))
        kept = world.api[LEARNER].get(f"{ME}/quiz-attempts/{number}/")
        assert {part["is_correct"] for part in kept.json()["parts"]} == {None}
        submitted = post(world, f"quiz-attempts/{number}/submit", {})
        require_silence(submitted, but=EXPLANATION)
        assert True in {part["is_correct"] for part in submitted.json()["parts"]}


def test_the_description_of_the_api_holds_no_key(world):
    client = world.api[LEARNER]
    with undone(client):
        answer = client.get("/api/schema/", {"format": "json"})
    answer.asked = "/api/schema/"
    assert answer.status_code == 200
    require_silence(answer)
