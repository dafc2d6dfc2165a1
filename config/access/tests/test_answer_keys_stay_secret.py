"""No answer of the site to a learner, a parent or a stranger holds any part of an answer key, a brick's among them.

Every place where a key can stand holds a word that stands nowhere else, in rows of the learner's own and in those of
others; then every address outside the admin is asked, in every way that it offers, before and after answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts.roles import LEARNER, PARENT, TEACHER
from config.access.endpoints import Endpoint, endpoints
from config.access.table import ANONYMOUS
from content.tests.hostile.inspecting import Pdf
from courses.models import Exercise
from learning import services
from learning.models import QuizAttempt

from .asking import send, undone
from .planting import EXPLANATION, KEY, KEYS, QUESTION, WRONG, Planted, plant_exercises
from .world import World

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"

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
        plant_exercises(world)
        world.documents = Planted(world)
        with django_db_blocker.block():
            yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(planted: World, db: None) -> Iterator[World]:
    cache.clear()
    planted.documents.put_files()
    yield planted
    cache.clear()


def exercise_of(world: World, kind: str) -> Exercise:
    lesson = world.sides["own"].row("courses.Lesson")
    return Exercise.objects.filter(lesson=lesson, kind=kind, explanation=EXPLANATION).latest("pk")


def require_silence(answer: Any, *, but: str = "") -> None:
    assert answer.status_code < 500, (answer.asked, answer.status_code)
    shown = text_of(answer)
    for word in {KEY, EXPLANATION} - {but}:
        assert word not in shown, (answer.asked, word)


def text_of(answer: Any) -> str:
    """What is sent, a PDF unpacked."""
    sent = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if sent.startswith(b"%PDF"):
        pdf = Pdf(sent)
        sent = b"\n".join([pdf.text.encode(), *pdf.streams])
    return sent.decode("utf-8", "replace")


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


DOCUMENT = (
    "/documents/{id}/",
    "/documents/{id}/html/",
    "/documents/{id}/pdf/",
    f"{ME}/documents/{{id}}/",
    f"{ME}/documents/{{id}}/html/",
    f"{ME}/documents/{{id}}/pdf/",
)


def fetch(world: World, role: str, path: str, document: Any) -> Any:
    client = (world.api if path.startswith("/api/") else world.browser)[role]
    with undone(client):
        answer = client.get(path.format(id=document.pk))
    answer.asked = (role, path)
    return answer


@pytest.mark.parametrize("role", [LEARNER, PARENT])
def test_a_document_shows_its_questions_and_nothing_of_the_answers_of_its_bricks(role, world):
    students = world.documents.documents["own", "STUDENT"]
    for path in DOCUMENT:
        answer = fetch(world, role, path, students)
        assert answer.status_code == 200, (path, answer.content)
        require_silence(answer)
        if path.endswith(("html/", "pdf/")):
            assert QUESTION in text_of(fetch(world, role, path, students)), path


@pytest.mark.parametrize("role", [LEARNER, PARENT, ANONYMOUS])
def test_the_copy_with_the_answers_is_nobodys_but_the_teachers(role, world):
    for path in DOCUMENT:
        teachers = world.documents.documents["own", "TEACHER"]
        if path.endswith(("html/", "pdf/")):
            assert KEY in text_of(fetch(world, TEACHER, path, teachers)), "there it is to be found"
        for side, variant in (("own", "TEACHER"), ("other", "TEACHER"), ("other", "STUDENT")):
            answer = fetch(world, role, path, world.documents.documents[side, variant])
            assert answer.status_code in ((302, 401) if role == ANONYMOUS else (404,)), (path, side, variant)
            require_silence(answer)
