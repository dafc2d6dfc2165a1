"""Exercises from the questions of a GIFT or Moodle XML file. See `courses.services.questions`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from courses.models import Course, Lesson
from courses.questions import FORMATS, MAX_BYTES
from courses.services import import_questions
from courses.services.questions import ImportResult


class Command(OperatorCommand):
    help = "Imports the questions of a GIFT or Moodle XML file as exercises of a course."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path, help="The file of questions.")
        parser.add_argument("--course", required=True, metavar="SLUG", help="The course that they belong to.")
        parser.add_argument(
            "--lesson",
            metavar="SLUG",
            help="The lesson to append them to. Without it each category of the file goes to the lesson named for it, "
            "and the rest to one named for the file; a lesson that is not there is made, unpublished.",
        )
        parser.add_argument(
            "--format", choices=FORMATS, help="By default what the file's name or content says."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and write nothing."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        self.is_dry = options["dry_run"]
        course, lesson = find_course(options["course"], options["lesson"])
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}.") from error
        try:
            self.result: ImportResult = import_questions(
                data=data,
                name=path.name,
                course=course,
                lesson=lesson,
                form=options["format"],
                dry_run=self.is_dry,
            )
        except DomainError as error:
            raise CommandError(f"{path}: {error}") from error
        self.file = path
        return self.result.as_json()

    def show(self, result: dict[str, Any]) -> None:
        for title, found in (("Skipped", self.result.rejects), ("Lost", self.result.notes)):
            for each in found:
                self.stdout.write(
                    f"{self.file}:{each.line}: {title} ({each.kind}): {each.value}: {each.message}"
                )
        for target in self.result.targets:
            lesson = target.lesson
            state = (
                "new, unpublished" if target.is_new else "published" if lesson.is_published else "unpublished"
            )
            self.stdout.write(f"Lesson {lesson.slug} ({state}): {exercises(len(target.created))}.")
        done = "would be created" if self.is_dry else "created"
        self.stdout.write(
            f"{result['read']} questions read: {result['created']} {done}, {result['unchanged']} unchanged, "
            f"{result['rejected']} skipped."
        )


def exercises(number: int) -> str:
    """So many exercises, in words."""
    return "1 exercise" if number == 1 else f"{number} exercises"


def find_course(course_slug: str, lesson_slug: str | None) -> tuple[Course, Lesson | None]:
    """The course and the lesson of these slugs. CommandError when there is none."""
    course = Course.objects.filter(slug=course_slug).first()
    if course is None:
        raise CommandError(f"There is no course with the slug “{course_slug}”.")
    if lesson_slug is None:
        return course, None
    lesson = Lesson.objects.filter(course=course, slug=lesson_slug).first()
    if lesson is None:
        raise CommandError(f"The course “{course_slug}” has no lesson with the slug “{lesson_slug}”.")
    return course, lesson
