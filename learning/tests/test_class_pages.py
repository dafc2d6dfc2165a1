"""The page of a class: figures, charts and learners of one course, for whoever may see them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.tests.factories import TeacherFactory, UserFactory
from config.base.querysets import now_ms
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from courses.models import Course, Lesson
from courses.tests.factories import CourseFactory, LessonFactory
from learning.admin.charts import columns, staircase
from learning.admin.classes import Filters
from learning.models import Enrollment, LessonProgress, ProgressSnapshot
from learning.selectors import class_report

from .factories import EnrollmentFactory, LessonProgressFactory, ProgressSnapshotFactory

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def boss():
    return signed_in()


def page_of(course):
    return reverse("admin:learning_class_progress", args=[course.pk])


def names(response):
    return [row[0].name for row in response.context["rows"]]


def enrolled(course, name, *, done=(), seen=None, **values):
    user = UserFactory(full_name=name)
    for lesson in done:
        LessonProgressFactory(user=user, lesson=lesson, status="COMPLETED", completed_at=DAY)
    ProgressSnapshotFactory(user=user, course=course, last_activity_at=seen or now_ms())
    return EnrollmentFactory(user=user, course=course, **values)


@pytest.fixture
def course():
    """Élodie has done all of it, Bob the half, Zoé nothing for a month; Carl has left."""
    course = CourseFactory(title="Python")
    lessons = [LessonFactory(course=course, is_published=True, title=title) for title in ("Values", "Loops")]
    enrolled(course, "Élodie Martin", done=lessons, status="COMPLETED", completed_at=DAY)
    enrolled(course, "Bob Stone", done=lessons[:1])
    enrolled(course, "Zoé Petit", seen=now_ms() - timedelta(days=30))
    EnrollmentFactory(user=UserFactory(full_name="Carl Left"), course=course, status="WITHDRAWN")
    return course


def test_the_page_shows_the_figures_of_the_class(boss, course):
    page = boss.get(page_of(course))
    shown = {figure["label"]: figure["value"] for figure in page.context["figures"]}
    assert shown["Learners"] == 3
    assert (shown["Active"], shown["Completed"], shown["Withdrawn"]) == (2, 1, 1)
    assert shown["Mean progress"] == 50
    assert shown["Mean score"] is None
    counts = {column.label: column.count for column in page.context["columns"]}
    assert counts["0"] == counts["50"] == counts["100"] == sum(counts.values()) / 3 == 1
    text = text_of(page)
    assert "2 of 3" in text
    assert "1 of 3" in text
    assert '<progress max="100" value="66"' in text


def test_learners_are_found_by_name_blind_to_accents_and_by_status(boss, course):
    url = page_of(course)
    assert names(boss.get(url)) == ["Bob Stone", "Élodie Martin", "Zoé Petit"]
    assert names(boss.get(url, {"q": "elodie"})) == ["Élodie Martin"]
    assert names(boss.get(url, {"status": "COMPLETED"})) == ["Élodie Martin"]
    assert names(boss.get(url, {"stuck": "1"})) == ["Zoé Petit"]
    assert names(boss.get(url, {"order": "-percent"})) == ["Élodie Martin", "Bob Stone", "Zoé Petit"]
    assert names(boss.get(url, {"order": "activity"}))[0] == "Zoé Petit"
    nobody = boss.get(url, {"q": "nobody"})
    assert "Nobody in this class matches." in text_of(nobody)
    assert len(names(boss.get(url, {"order": "explode", "status": "X", "p": "y"}))) == 3


def test_each_learner_has_a_link_to_their_progress(boss, course):
    text = text_of(boss.get(page_of(course)))
    for enrollment in Enrollment.objects.current():
        assert reverse("admin:learning_learner_progress", args=[enrollment.pk]) in text


@pytest.mark.parametrize("number", [3, 120])
def test_the_page_takes_the_same_queries_for_a_small_class_and_a_large(
    boss, number, django_assert_max_num_queries
):
    course = CourseFactory()
    lessons = Lesson.objects.bulk_create(
        Lesson(course=course, title=f"L{n}", slug=f"l{n}", position=n, is_published=True) for n in range(1, 6)
    )
    people = [UserFactory() for _ in range(number)]
    Enrollment.objects.bulk_create(Enrollment(user=each, course=course) for each in people)
    ProgressSnapshot.objects.bulk_create(ProgressSnapshot(user=each, course=course) for each in people)
    LessonProgress.objects.bulk_create(
        LessonProgress(user=each, lesson=lessons[0], status="COMPLETED", started_at=DAY, completed_at=DAY)
        for each in people
    )
    boss.get(page_of(course))
    with django_assert_max_num_queries(12):
        page = boss.get(page_of(course))
    assert len(page.context["rows"]) == min(number, 50)
    if number > 50:
        assert len(boss.get(page_of(course), {"p": "3"}).context["rows"]) == 20


def test_a_class_without_learners_says_so(boss):
    course = CourseFactory()
    assert "Nobody takes part in this course yet." in text_of(boss.get(page_of(course)))
    LessonFactory(course=course)
    enrolled(course, "Ann")
    assert "No lesson of this course is published." in text_of(boss.get(page_of(course)))


def test_the_file_holds_those_searched_for_and_no_formula(boss, course):
    enrolled(course, "=HYPERLINK(1)")
    url = reverse("admin:learning_class_export", args=[course.pk])
    answer = boss.get(url)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == [
        "Learner",
        "'=HYPERLINK(1)",
        "Bob Stone",
        "Élodie Martin",
        "Zoé Petit",
    ]
    assert rows[2][2:5] == ["50", "1", "2"]
    assert rows[2][7] == "Loops"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="class-{course.slug}.csv"'
    only = csv.reader(io.StringIO(boss.get(url, {"status": "COMPLETED"}).content.decode("utf-8-sig")))
    assert [row[0] for row in only][1:] == ["Élodie Martin"]


def test_a_teacher_sees_own_classes_and_no_other():
    teacher = TeacherFactory()
    client = signed_in(permissions=[])
    client.force_login(teacher)
    own, other = CourseFactory(instructor=teacher), CourseFactory(instructor=TeacherFactory())
    for name in ("progress", "export"):
        assert client.get(reverse(f"admin:learning_class_{name}", args=[own.pk])).status_code == 200
        assert client.get(reverse(f"admin:learning_class_{name}", args=[other.pk])).status_code == 404
    assert page_of(own) in text_of(client.get(url_of(Course, "change", own.pk)))


def test_who_may_not_read_enrolments_sees_no_class(course):
    client = signed_in(permissions=["courses.view_course"])
    for name in ("progress", "export"):
        assert client.get(reverse(f"admin:learning_class_{name}", args=[course.pk])).status_code == 403
    assert page_of(course) not in text_of(client.get(url_of(Course, "change", course.pk)))


def test_a_histogram_shows_every_column_that_is_not_empty():
    shown = columns([("0", 1000), ("10", 1), ("20", 0)])
    assert [column.height for column in shown] == [100, 2, 0]
    assert [column.height for column in columns([("0", 0)])] == [0]
    assert columns([]) == []


def test_a_staircase_climbs_from_the_first_day_to_the_last():
    assert staircase([], top=4) is None
    drawn = staircase([DAY + timedelta(days=2), DAY], top=4)
    assert drawn is not None
    assert drawn.points == "0,100 0,100 0,75 1000,75 1000,50 1000,50"
    assert [step.total for step in drawn.steps] == [1, 2]
    assert staircase([DAY], top=0).points.endswith("1000,0")


def test_who_has_no_score_comes_below_who_has_nought(course):
    first, second, third = class_report(course).rows
    scores = zip((first, second, third), (Decimal(0), None, Decimal(50)), strict=True)
    rows = tuple(replace(row, figures=replace(row.figures, average_score=score)) for row, score in scores)
    shown = [row.figures.average_score for row in Filters(order="score").applied_to(rows)]
    assert shown == [None, Decimal(0), Decimal(50)]
