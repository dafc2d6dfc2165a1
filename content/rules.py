"""Who may do what with which document: object permissions (see `config.base.rights`)."""

from __future__ import annotations

from config.base.rights import allow, declare_rights, is_visible
from config.base.rows import own_rows

from .models import (
    ContentBrickRating,
    DocumentBrick,
    DocumentInteraction,
    DocumentRequest,
    GeneratedDocument,
)

own_rows(DocumentRequest, "taught_by", through="requester")
own_rows(GeneratedDocument, "taught_by", through="request")
own_rows(DocumentBrick, "taught_by", through="document")
own_rows(DocumentInteraction, "taught_by", through="document")
own_rows(ContentBrickRating, "taught_by", through="user")

declare_rights("content")
for _model in (DocumentRequest, GeneratedDocument, DocumentBrick, DocumentInteraction, ContentBrickRating):
    allow("view", _model, is_visible)
