"""Bricks from Markdown files in the back office: looked at first, and written only once somebody has said yes.

Between the two the files stay with the browser, which sends them again: nothing is left behind on the server.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES

from config.base.admin.values import mark_differences
from config.base.exceptions import DomainError

from ..brick_files import FileRefused, pack, read_zip
from ..models import ContentBrick
from ..services.brick_import import BrickImport, ImportedFile, import_bricks

IMPORT = "content.import_contentbrick"
#: Whoever imports writes bricks, and sees the answers of those that would change.
NEEDED = (IMPORT, "content.add_contentbrick", "content.change_contentbrick")

#: In bytes: packed, the files are sent a second time with the confirmation, within what Django reads of a form.
MAX_PACKED = 1_500_000
#: In bytes, of all the files that are sent.
MAX_UPLOAD = 20_000_000
#: How many files the page lists.
SHOWN = 200

_ORDER = {"rejected": 0, "updated": 1, "created": 2, "unchanged": 3}


class ManyFiles(forms.FileInput):
    """Several files at once: the browser's own field says how many were chosen, the theme's names the first."""

    allow_multiple_selected = True


class ImportForm(forms.Form):
    """The files: uploaded at first, `content` in base64 with the confirmation, and what was shown of them."""

    files_sent = forms.FileField(
        required=False,
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "Markdown files, one a brick, or a zip of them with the folder “figures”, such as the list of bricks "
            "exports. At most a hundred files and 1.5 MB once packed; more are imported by the command."
        ),
        widget=ManyFiles(
            attrs={
                "accept": ".md,.zip,.svg,.png",
                "multiple": True,
                "class": " ".join([*INPUT_CLASSES, "cursor-pointer"]),
            }
        ),
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput())
    expected = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.errors.pop("files_sent", None)  # an empty file is said of below, among the others
        try:
            self.sent = self._read(cleaned)
        except FileRefused as refused:
            self.add_error("files_sent", str(refused))
        return cleaned

    def _read(self, cleaned: dict[str, Any]) -> dict[str, bytes]:
        """{path: file} of what was sent, zips taken apart. Raises FileRefused."""
        uploads = self.files.getlist("files_sent") if self.files else []
        if not uploads:
            try:
                return read_zip(base64.b64decode(cleaned.get("content", ""), validate=True))
            except (binascii.Error, FileRefused) as error:
                raise FileRefused(_("Choose the files."), code="none") from error
        if sum(each.size or 0 for each in uploads) > MAX_UPLOAD:
            raise FileRefused(_("The files are too large together."), code="too_large")
        found: dict[str, bytes] = {}
        for each in uploads:
            files = _files_of(each.name or "", each.read(), alone=len(uploads) == 1)
            if twice := found.keys() & files.keys():
                message = _("Two files have the name “%(name)s”.") % {"name": min(twice)}
                raise FileRefused(message, code="twice")
            found |= files
        if not found:
            raise FileRefused(_("The zip is empty."), code="empty")
        self.packed = pack(found)
        if len(self.packed) > MAX_PACKED:
            raise FileRefused(_("The files are too large together."), code="too_large")
        return found

    def carried(self, result: BrickImport) -> dict[str, str]:
        """What the confirmation sends again."""
        packed = getattr(self, "packed", None)
        content = base64.b64encode(packed).decode() if packed is not None else self.cleaned_data["content"]
        return {"content": content, "expected": result.fingerprint}


class ImportMixin:
    """Mixed into the admin of bricks."""

    import_template = "admin/content/contentbrick/import.html"
    menu_pages = (
        (
            gettext_lazy("Import Markdown files"),
            "upload_file",
            "admin:content_contentbrick_import",
            IMPORT,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)  # type: ignore[attr-defined]
        return [path("import/", view, name="content_contentbrick_import"), *super().get_urls()]  # type: ignore[misc]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The form; on POST what would become of the files; with `confirm` just that is done, or nothing."""
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, ImportForm())
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form)
        if "confirm" not in request.POST:
            return self._page(request, form, import_bricks(files=form.sent, dry_run=True))
        try:
            result = import_bricks(files=form.sent, expected=form.cleaned_data["expected"])
        except DomainError as error:
            self.message_user(request, str(error), messages.WARNING)  # type: ignore[attr-defined]
            return self._page(request, form, import_bricks(files=form.sent, dry_run=True))
        written = result.count("created") + result.count("updated")
        words = ngettext("%(count)d file was imported.", "%(count)d files were imported.", written)
        level = messages.SUCCESS if written else messages.WARNING
        self.message_user(request, words % {"count": written}, level)  # type: ignore[attr-defined]
        return self._page(request, form, result, is_done=True)

    def _page(
        self,
        request: HttpRequest,
        form: ImportForm,
        result: BrickImport | None = None,
        *,
        is_done: bool = False,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Import Markdown files"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": form,
            "is_done": is_done,
            "import_url": reverse("admin:content_contentbrick_import"),
            "list_url": reverse("admin:content_contentbrick_changelist"),
        }
        if result is not None:
            context |= _shown(result, is_done=is_done)
            context |= {"carried": {} if is_done else form.carried(result)}
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        status = 400 if form.errors else 200
        return TemplateResponse(
            request, self.import_template, context, status=status, headers={"Cache-Control": "no-store"}
        )


def _files_of(name: str, content: bytes, *, alone: bool) -> dict[str, bytes]:
    """{path: file} of one upload: a zip's are below its name, unless it is the only one; a drawing is a figure."""
    if PurePosixPath(name).suffix.lower() == ".zip":
        return {path if alone else f"{name}/{path}": file for path, file in read_zip(content).items()}
    if PurePosixPath(name).suffix in (".svg", ".png"):
        return {f"figures/{name}": content}
    return {name: content}


def _shown(result: BrickImport, *, is_done: bool) -> dict[str, Any]:
    """What the page shows of an import, what needs a look before the rest."""
    reasons: dict[str, list[Any]] = {}
    for each in result.rejects:
        reasons.setdefault(each.value, []).append((each, _label(each.column) if each.column else ""))
    files = sorted(result.files, key=lambda each: (_ORDER[each.outcome], each.path))
    done = {name: result.count(name) for name in _ORDER}
    return {
        "result": result,
        **done,
        "writes": done["created"] + done["updated"],
        "limit": SHOWN,
        "is_cut": len(files) > SHOWN,
        "files": [
            {
                "path": each.path,
                "title": each.title,
                "outcome": each.outcome,
                "words": _outcome(each.outcome, is_done=is_done),
                "url": _url(each, is_done=is_done),
                "changes": [_change(name, *texts) for name, texts in each.changes.items()],
                "reasons": reasons.get(each.path, []),
            }
            for each in files[:SHOWN]
        ],
    }


def _outcome(outcome: str, *, is_done: bool) -> str:
    if is_done:
        done = {"created": _("created"), "updated": _("changed"), "unchanged": _("unchanged")}
        return done.get(outcome, _("refused"))
    words = {"created": _("to be created"), "updated": _("to be changed"), "unchanged": _("unchanged")}
    return words.get(outcome, _("refused"))


def _url(each: ImportedFile, *, is_done: bool) -> str:
    """A brick that is stored; what a preview would create is not."""
    if each.brick_id is None or (each.outcome == "created" and not is_done):
        return ""
    return reverse("admin:content_contentbrick_change", args=[each.brick_id])


def _change(name: str, before: str, after: str) -> dict[str, Any]:
    choices = dict(ContentBrick._meta.get_field(name).flatchoices or ())  # type: ignore[union-attr]
    texts = [str(choices.get(text, text)) or "–" for text in (before, after)]
    old, new = mark_differences(*texts)
    return {"label": _label(name), "old": old, "new": new, "links": False}


def _label(name: str) -> str:
    try:
        return str(capfirst(ContentBrick._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name
