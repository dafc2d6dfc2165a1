"""The seeded course, from enrolment to the end, over the API: a learner, their teacher, and an editor in between."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from config.base.management.commands.demo import seed_files
from config.base.testing import api_client
from courses.models import Course, Exercise, Lesson, Quiz, Video
from learning.models import ExerciseAttempt, LessonProgress

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


class Walker:
    """Somebody signed in over the API."""

    def __init__(self, username: str) -> None:
        self.client = api_client(User.objects.get(username=username))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(f"{ME}/{path}/", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.post(f"{ME}/{path}/", body or {}, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()

    def refused(self, path: str, body: Any = None, status: int = 409) -> str:
        return self.post(path, body, status)["code"]

    def answer(self, exercise: Exercise, answer: Any, status: int = 201, **more: Any) -> Any:
        return self.post(f"exercises/{exercise.pk}/answer", {"answer": answer, **more}, status)


@pytest.fixture
def course() -> Course:
    files = [path for path in seed_files() if path.name < "51"]
    call_command("loaddata", *map(str, files), verbosity=0)
    return Course.objects.get(slug="python-introduction")


def exercise(lesson: Lesson, kind: str) -> Exercise:
    return Exercise.objects.get(lesson=lesson, kind=kind)


def test_from_enrolment_to_the_end_with_a_change_in_between(course):
    john, camille = Walker("john.doe"), Walker("camille.laurent")
    first, second = Lesson.objects.filter(course=course).in_order()

    # He finds it, and cannot begin before he enrols.
    found = john.get("courses", slug="python-introduction")["results"][0]
    assert (found["id"], found["is_enrolled"]) == (course.pk, False)
    assert john.client.get(f"{ME}/lessons/{first.pk}/").status_code == 404
    assert john.client.get(f"{ME}/courses/{course.pk}/resume/").status_code == 404

    enrolled = john.post("enrollments", {"course": course.pk}, 201)
    assert john.post("enrollments", {"course": course.pk}, 200) == enrolled
    assert john.get(f"courses/{course.pk}")["is_enrolled"]
    assert john.get(f"courses/{course.pk}/resume")["lesson"]["id"] == first.pk
    outline = john.get(f"courses/{course.pk}/outline")
    assert outline["completion_percentage"] == 0
    assert [each["is_available"] for each in outline["lessons"]] == [True, False]
    counts = [(each["videos"], each["exercises"], each["quizzes"]) for each in outline["lessons"]]
    assert counts == [(1, 2, 1), (0, 2, 0)]

    # The second lesson wants the first.
    assert john.refused(f"lessons/{second.pk}/complete") == "prerequisite_missing"
    assert not LessonProgress.objects.filter(user=john.client.user, lesson__course=course).exists()

    # He reads the first, and watches its video.
    assert john.post(f"lessons/{first.pk}/open")["status"] == "IN_PROGRESS"
    lesson = john.get(f"lessons/{first.pk}")
    assert (lesson["status"], len(lesson["exercises"]), len(lesson["quizzes"])) == ("IN_PROGRESS", 2, 1)
    video = Video.objects.get(lesson=first)
    assert lesson["videos"][0]["id"] == video.pk
    assert not john.post(f"videos/{video.pk}/position", {"position_seconds": 100})["completed"]
    seen = john.post(f"videos/{video.pk}/position", {"position_seconds": video.duration_seconds})
    back = john.post(f"videos/{video.pk}/position", {"position_seconds": 5})
    assert (seen["completed"], back["completed"], back["furthest_seconds"]) == (True, True, 372)

    # A wrong answer, the same again for nothing, a right one; no third go is needed.
    choice = exercise(first, "MULTIPLE_CHOICE")
    wrong = john.answer(choice, {"selected": ["a"]})
    assert (wrong["is_correct"], wrong["score"], wrong["attempts_left"]) == (False, "0.00", 1)
    assert wrong["explanation"] is None
    again = john.answer(choice, {"selected": ["a"]}, 200)
    assert (again["id"], again["attempts_left"]) == (wrong["id"], 1)
    right = john.answer(choice, {"selected": ["b"]})
    assert (right["is_correct"], right["score"], right["attempts_left"]) == (True, "1.00", 0)
    assert right["explanation"]
    assert (
        john.refused(f"exercises/{choice.pk}/answer", {"answer": {"selected": ["c"]}}) == "no_attempts_left"
    )

    # "false" is a text, and no truth.
    truth = exercise(first, "TRUE_FALSE")
    path = f"exercises/{truth.pk}/answer"
    assert john.refused(path, {"answer": {"value": "false"}}, 400) == "invalid"
    assert john.refused(path, {"answer": {"value": False}, "user": 1}, 400) == "invalid"
    assert not ExerciseAttempt.objects.filter(user=john.client.user, exercise=truth).exists()
    assert john.answer(truth, {"value": False})["is_correct"] is True

    # The quiz: nothing is told before it is submitted.
    quiz = Quiz.objects.get(lesson=first)
    begun = john.post(f"quizzes/{quiz.pk}/start", status=201)
    assert john.post(f"quizzes/{quiz.pk}/start")["id"] == begun["id"]
    assert [part["exercise"] for part in begun["parts"]] == [choice.pk, truth.pk]
    part = {"quiz_attempt": begun["id"]}
    assert john.answer(choice, {"selected": ["b"]}, 200, **part)["is_correct"] is None
    assert john.answer(truth, {"value": True}, 200, **part)["is_correct"] is None
    handed_in = john.post(f"quiz-attempts/{begun['id']}/submit")
    assert (handed_in["score"], handed_in["passed"]) == ("1.00", True)
    assert [each["is_correct"] for each in handed_in["parts"]] == [True, False]
    assert john.post(f"quiz-attempts/{begun['id']}/submit")["submitted_at"] == handed_in["submitted_at"]

    done = john.post(f"lessons/{first.pk}/complete")
    assert (done["completion_percentage"], done["next_lesson"]["id"]) == (50, second.pk)
    assert john.post(f"lessons/{first.pk}/complete") == done
    assert john.post(f"lessons/{first.pk}/advance")["next_lesson"]["id"] == second.pk

    # Meanwhile the course grows: what he has done counts for less, and nothing is lost.
    third = Lesson.objects.create(
        course=course, title="Lire un fichier", slug="fichiers", position=9, is_published=True
    )
    progress = john.get("progress", course=course.pk)["results"][0]
    assert (progress["completion_percentage"], progress["lessons_total"]) == (33, 3)
    assert john.get(f"courses/{course.pk}/outline")["completion_percentage"] == 33

    # The last answer is read by the teacher.
    free = exercise(second, "FREE_FORM")
    sent = john.answer(free, {"text": "Rien ne change n : il manque n -= 1."})
    assert (sent["score"], sent["is_correct"], sent["explanation"]) == (None, None, None)
    waiting = camille.get("grading-queue", course=course.pk)["results"]
    assert [each["student_name"] for each in waiting] == ["Jane Smith", "John Doe"]
    assert john.get("grading-queue")["results"] == []
    queue = f"grading-queue/{sent['id']}"
    assert camille.post(f"{queue}/claim")["claimed_by_name"] == "Camille Laurent"
    assert camille.refused(f"{queue}/grade", {"score": "9"}, 400) == "invalid"
    grade = camille.post(f"{queue}/grade", {"score": "2.5", "feedback": "Où ?"}, 201)
    assert (grade["score"], grade["source"]) == ("2.50", "MANUAL")
    assert len(camille.get("grading-queue", course=course.pk)["results"]) == 1
    read = john.get(f"exercise-attempts/{sent['id']}")
    assert (read["score"], read["feedback"]) == ("2.50", "Où ?")

    code = exercise(second, "CODE_COMPLETION")
    assert john.answer(code, {"blanks": ["somme = nombre"]})["is_correct"] is False
    assert john.answer(code, {"blanks": ["somme += nombre"]})["is_correct"] is True

    assert john.post(f"lessons/{second.pk}/complete")["completion_percentage"] == 66
    # The new lesson is taken back: he has done all there is, and says so once more.
    Lesson.objects.filter(pk=third.pk).update(is_published=False)
    last = john.post(f"lessons/{second.pk}/complete")
    assert (last["completion_percentage"], last["next_lesson"]) == (100, None)
    assert john.get(f"courses/{course.pk}/resume")["lesson"] is None
    enrollment = john.get(f"enrollments/{enrolled['id']}")
    assert enrollment["status"] == "COMPLETED"

    # It comes back: less than all of it is done, and the course stays completed.
    Lesson.objects.filter(pk=third.pk).update(is_published=True)
    assert john.get("progress", course=course.pk)["results"][0]["completion_percentage"] == 66
    assert john.get(f"courses/{course.pk}/resume")["lesson"]["id"] == third.pk
    assert john.get(f"enrollments/{enrolled['id']}") == enrollment

    # His class, as his teacher sees it.
    report = camille.get(f"classes/{course.pk}")
    rows = {each["student_name"]: each["completion_percentage"] for each in report["learners"]["results"]}
    assert rows == {"Jane Smith": 33, "John Doe": 66, "Nils Berg": 66}
    assert john.client.get(f"{ME}/classes/{course.pk}/").status_code == 404


def test_who_withdraws_and_comes_back_goes_on_where_they_were(course):
    john = Walker("john.doe")
    first, _second = Lesson.objects.filter(course=course).in_order()
    enrolled = john.post("enrollments", {"course": course.pk}, 201)
    john.post(f"lessons/{first.pk}/complete")
    left = john.post(f"enrollments/{enrolled['id']}/withdraw")
    assert left["status"] == john.post(f"enrollments/{enrolled['id']}/withdraw")["status"] == "WITHDRAWN"
    assert john.client.get(f"{ME}/lessons/{first.pk}/").status_code == 404
    back = john.post("enrollments", {"course": course.pk}, 200)
    assert (back["id"], back["status"]) == (enrolled["id"], "ACTIVE")
    assert john.get(f"courses/{course.pk}/outline")["completion_percentage"] == 50


def test_a_skipped_lesson_lets_one_go_on_and_does_not_count(course):
    john = Walker("john.doe")
    first, second = Lesson.objects.filter(course=course).in_order()
    john.post("enrollments", {"course": course.pk}, 201)
    skipped = john.post(f"lessons/{first.pk}/skip")
    assert (skipped["status"], skipped["completion_percentage"]) == ("SKIPPED", 0)
    assert john.post(f"lessons/{second.pk}/complete")["completion_percentage"] == 50


def test_what_comes_with_the_seeds_is_right_at_the_first_look(course):
    jane = Walker("jane.smith")
    found = {each["course_title"]: each for each in jane.get("progress")["results"]}
    assert found[course.title]["completion_percentage"] == 50
    assert jane.get(f"courses/{course.pk}/resume")["lesson"]["slug"] == "conditions-boucles-fonctions"
