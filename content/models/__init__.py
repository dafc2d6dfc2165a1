"""The models of content, one file per aggregate."""

from .brick import BrickVersion, ContentBrick
from .document import DocumentBrick, DocumentInteraction, GeneratedDocument
from .figure import ContentFigure
from .rating import ContentBrickRating
from .request import DocumentRequest
from .template import ContentTemplate

__all__ = [
    "BrickVersion",
    "ContentBrick",
    "ContentBrickRating",
    "ContentFigure",
    "ContentTemplate",
    "DocumentBrick",
    "DocumentInteraction",
    "DocumentRequest",
    "GeneratedDocument",
]
