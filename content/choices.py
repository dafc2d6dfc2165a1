"""Choices that several models share, and the closed list of what a template may fill in."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import StudentProfile

#: The school classes, as a student's profile names them.
Level = StudentProfile.Level


class BrickKind(models.TextChoices):
    THEORY = "THEORY", _("theory")
    METHOD = "METHOD", _("method")
    EXAMPLE = "EXAMPLE", _("worked example")
    EXERCISE = "EXERCISE", _("exercise")
    SUMMARY = "SUMMARY", _("summary")
    TIP = "TIP", _("tip")
    FIGURE = "FIGURE", _("figure")


class Audience(models.TextChoices):
    STUDENT = "STUDENT", _("students")
    TEACHER = "TEACHER", _("teachers")
    PARENT = "PARENT", _("parents")


class BrickStatus(models.TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("brick", "draft")
    PUBLISHED = "PUBLISHED", pgettext_lazy("brick", "published")
    ARCHIVED = "ARCHIVED", pgettext_lazy("brick", "archived")


class MediaType(models.TextChoices):
    """What a figure's file is."""

    SVG = "image/svg+xml", "SVG"
    PNG = "image/png", "PNG"


class DocumentType(models.TextChoices):
    WORKSHEET = "WORKSHEET", _("worksheet")
    REVISION_SHEET = "REVISION_SHEET", _("revision sheet")
    EXAM = "EXAM", _("exam")
    LESSON_NOTES = "LESSON_NOTES", _("lesson notes")


class Placeholder(models.TextChoices):
    """What a template may have filled in, and nothing else: templates are data, not programs."""

    TITLE = "title", _("title of the document")
    SUBJECT = "subject", _("subject")
    LEVEL = "level", _("level")
    STUDENT_NAME = "student_name", _("student's name")
    TEACHER_NAME = "teacher_name", _("teacher's name")
    DATE = "date", _("date")
    DURATION = "duration", _("estimated minutes of its bricks")
    SEED = "seed", _("seed of the draw")
    PAGE = "page", _("page number")
    PAGES = "pages", _("number of pages")


class RequestStatus(models.TextChoices):
    QUEUED = "QUEUED", pgettext_lazy("document request", "queued")
    RUNNING = "RUNNING", pgettext_lazy("document request", "running")
    DONE = "DONE", pgettext_lazy("document request", "done")
    FAILED = "FAILED", pgettext_lazy("document request", "failed")


class Variant(models.TextChoices):
    STUDENT = "STUDENT", _("student's copy")
    TEACHER = "TEACHER", _("teacher's copy")


class InteractionKind(models.TextChoices):
    VIEW = "VIEW", pgettext_lazy("interaction", "viewed")
    DOWNLOAD = "DOWNLOAD", pgettext_lazy("interaction", "downloaded")
    PRINT = "PRINT", pgettext_lazy("interaction", "printed")
    SHARE = "SHARE", pgettext_lazy("interaction", "shared")
    COMPLETE = "COMPLETE", pgettext_lazy("interaction", "completed")
