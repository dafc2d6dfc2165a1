"""What is done with content, one function an intention."""

from .asking import ask_again, ask_for_document
from .drafting import Draft, draft_document
from .generation import generate_document
from .interaction import record_interaction
from .publication import archive_brick, publish_brick, review_brick
from .rating import rate_brick
from .replay import Replay, replay_document
from .requests import request_document, retry_document

__all__ = [
    "Draft",
    "Replay",
    "archive_brick",
    "ask_again",
    "ask_for_document",
    "draft_document",
    "generate_document",
    "publish_brick",
    "rate_brick",
    "record_interaction",
    "replay_document",
    "request_document",
    "retry_document",
    "review_brick",
]
