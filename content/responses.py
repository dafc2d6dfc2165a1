"""Files over HTTP, with the headers that keep a browser from trusting what people uploaded."""

from __future__ import annotations

from django.http import HttpResponse

from .models import ContentFigure

#: A figure is drawn, and does nothing else: no script, no link, no request.
_FIGURE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


def figure_response(figure: ContentFigure, *, disposition: str = "attachment") -> HttpResponse:
    """The figure's file; `disposition` is inline where an <img> shows it."""
    return HttpResponse(
        figure.content,
        content_type=figure.media_type,
        headers={
            "Content-Disposition": f'{disposition}; filename="{figure.file_name}"',
            "Content-Security-Policy": _FIGURE_POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )
