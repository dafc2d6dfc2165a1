"""The figures of many learners in many courses at once, for a page of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count

from courses.models import Course, Lesson

from ..models import LessonProgress, ProgressSnapshot
from ..values import Figures
from .figures import counting_attempts, mean_of, scores_of

COURSE = "exercise__lesson__course"


def figures_of(
    pairs: Iterable[tuple[int, int]], *, using: str = DEFAULT_DB_ALIAS
) -> dict[tuple[int, int], Figures]:
    """{(learner, course): what `figures` says of them}, by keys; three queries for any number."""
    wanted = set(pairs)
    if not wanted:
        return {}
    users, courses = ([*{pair[at] for pair in wanted}] for at in (0, 1))
    lessons = Lesson.objects.using(using).filter(course__any_of=courses).published().required().order_by()
    totals = dict(lessons.values_list("course").annotate(number=Count("pk")))
    passed = LessonProgress.objects.using(using).completed().filter(user__any_of=users, lesson__in=lessons)
    done: Counter[tuple[int, int]] = Counter(passed.order_by().values_list("user", "lesson__course"))
    attempts = counting_attempts().using(using).filter(user__any_of=users, **{f"{COURSE}__any_of": courses})
    groups: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    columns = ("user", COURSE, "max_points", "points", "graded", "attempted")
    for user, course, *group in scores_of(attempts, "user", COURSE).values_list(*columns):
        groups[user, course].append(tuple(group))
    return {
        pair: Figures(
            # At most: a lesson may have been published between the two statements.
            lessons_completed=min(done[pair], totals.get(pair[1], 0)),
            lessons_total=totals.get(pair[1], 0),
            exercises_attempted=sum(attempted for *_score, attempted in groups[pair]),
            average_score=mean_of(group[:3] for group in groups[pair]),
        )
        for pair in wanted
    }


def bring_up_to_date(snapshots: Iterable[ProgressSnapshot]) -> None:
    """Put on each of these that is out of date what `figures` says now; four queries for any number, nothing stored."""
    held = list(snapshots)
    courses = Course.all_objects.filter(pk__any_of=sorted({each.course_id for each in held}))
    versions = dict(courses.values_list("pk", "structure_version")) if held else {}
    stale = [each for each in held if each.structure_version != versions[each.course_id]]
    found = figures_of((each.user_id, each.course_id) for each in stale)
    for each in stale:
        for column, figure in found[each.user_id, each.course_id].as_columns().items():
            setattr(each, column, figure)
        each.structure_version = versions[each.course_id]
