"""What is done with courses, one function an intention."""

from .lessons import add_lesson, rename_lesson, require_lesson
from .ordering import reorder_exercises, reorder_lessons, reorder_quiz_items, reorder_videos
from .publication import archive_course, publish_course, publish_lesson, unpublish_lesson

__all__ = [
    "add_lesson",
    "archive_course",
    "publish_course",
    "publish_lesson",
    "rename_lesson",
    "reorder_exercises",
    "reorder_lessons",
    "reorder_quiz_items",
    "reorder_videos",
    "require_lesson",
    "unpublish_lesson",
]
