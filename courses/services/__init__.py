"""What is done with courses, one function an intention."""

from .ordering import reorder_exercises, reorder_lessons, reorder_quiz_items, reorder_videos
from .publication import archive_course, publish_course, publish_lesson, unpublish_lesson

__all__ = [
    "archive_course",
    "publish_course",
    "publish_lesson",
    "reorder_exercises",
    "reorder_lessons",
    "reorder_quiz_items",
    "reorder_videos",
    "unpublish_lesson",
]
