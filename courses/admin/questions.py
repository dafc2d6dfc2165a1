"""Question banks in the back office: a file is looked at before anything is written, and exercises are downloaded."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from config.base.admin import link_from
from config.base.admin.widgets import LoadedAutocompleteSelect
from config.base.exceptions import DomainError
from config.base.rows import rows_for

from ..models import Course, Exercise, Lesson
from ..questions import EXTENSIONS, GIFT, MOODLE_XML
from ..services import export_exercises, export_questions, import_questions
from ..services.questions import ExportResult, ImportResult

ADD, CHANGE = "courses.add_exercise", "courses.change_exercise"

#: In bytes: the file is sent a second time with the confirmation, in base64, within what Django reads of a form.
MAX_UPLOAD = 1_500_000

#: How many exercises the preview lists of each lesson.
SHOWN = 200

#: How many warnings an export leaves for the next page.
SAID = 10

_FORMATS = ((GIFT, "GIFT"), (MOODLE_XML, "Moodle XML"))

link_from(Course, "admin:courses_course_questions_import", gettext_lazy("Import questions"), ADD)
link_from(Course, "admin:courses_course_questions_gift", gettext_lazy("Export questions (GIFT)"), CHANGE)
link_from(Course, "admin:courses_course_questions_xml", gettext_lazy("Export questions (Moodle XML)"), CHANGE)


def _rows(model: Any, relation: Any, **options: Any) -> forms.ModelChoiceField:
    widget = LoadedAutocompleteSelect(relation, admin.site)
    return forms.ModelChoiceField(queryset=model.objects.none(), widget=widget, **options)


class ImportForm(forms.Form):
    """Where the questions go, and the file: uploaded at first, `content` in base64 with the confirmation."""

    course = _rows(Course, Lesson._meta.get_field("course"), label=gettext_lazy("course"))
    lesson = _rows(
        Lesson,
        Exercise._meta.get_field("lesson"),
        label=gettext_lazy("lesson"),
        required=False,
        help_text=gettext_lazy(
            "Without one, each category of the file goes to the lesson of its name, and the rest to a lesson named for "
            "the file. A lesson that is not there yet is made, unpublished."
        ),
    )
    form = forms.ChoiceField(
        choices=(("", gettext_lazy("as the file says")), *_FORMATS),
        required=False,
        label=gettext_lazy("format"),
        widget=UnfoldAdminSelectWidget(),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("file"),
        help_text=gettext_lazy(
            "GIFT or Moodle XML, 1.5 MB at most. Larger files are imported by the command."
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".gift,.txt,.xml"}),
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput())

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            field.label = capfirst(field.label)
        own = rows_for(user, Course.objects.all(), ADD)
        self.fields["course"].queryset = own  # type: ignore[attr-defined]
        self.fields["lesson"].queryset = Lesson.objects.filter(course__in=own.order_by().values("pk"))  # type: ignore[attr-defined]
        self.data_read = b""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        course, lesson = cleaned.get("course"), cleaned.get("lesson")
        if course and lesson and lesson.course_id != course.pk:
            self.add_error("lesson", _("The lesson belongs to another course."))
        if (
            course
            and not lesson
            and "lesson" not in self.errors
            and not self.user.has_perm("courses.add_lesson")
        ):
            self.add_error("lesson", _("Choose a lesson: you may not add one."))
        self._read(cleaned)
        return cleaned

    def _read(self, cleaned: dict[str, Any]) -> None:
        file = cleaned.get("file")
        if file is not None:
            if file.size > MAX_UPLOAD:
                self.add_error("file", _("The file is larger than 1.5 MB."))
                return
            self.data_read, cleaned["name"] = file.read(), file.name
        elif cleaned.get("content"):
            try:
                self.data_read = base64.b64decode(cleaned["content"], validate=True)
            except binascii.Error:
                self.add_error("file", _("Choose the file again."))
        elif "file" not in self.errors:
            self.add_error("file", _("Choose a file."))

    def carry_out(self, *, dry_run: bool) -> ImportResult | None:
        """What the import does, or would do; None when the file was refused, which the form then says."""
        values = self.cleaned_data
        try:
            return import_questions(
                data=self.data_read,
                name=values["name"],
                course=values["course"],
                lesson=values["lesson"],
                form=values["form"] or None,
                dry_run=dry_run,
            )
        except DomainError as error:
            self.add_error("file", str(error))
            return None

    def carried(self) -> dict[str, str]:
        """What the confirmation sends again."""
        values = self.cleaned_data
        return {
            "course": str(values["course"].pk),
            "lesson": str(values["lesson"].pk) if values["lesson"] else "",
            "form": values["form"],
            "name": values["name"],
            "content": base64.b64encode(self.data_read).decode(),
        }


class QuestionBanksMixin:
    """Mixed into the admin of exercises."""

    import_template = "admin/courses/exercise/import.html"
    menu_pages = ((gettext_lazy("Import questions"), "upload_file", "admin:courses_exercise_import", ADD),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        course = "course/<int:course_id>"
        own = [
            path("import/", view(self.import_view), name="courses_exercise_import"),
            path(f"import/{course}/", view(self.import_view), name="courses_course_questions_import"),
            path(f"export/{course}/gift/", view(self.gift_view), name="courses_course_questions_gift"),
            path(f"export/{course}/xml/", view(self.xml_view), name="courses_course_questions_xml"),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def import_view(self, request: HttpRequest, course_id: int | None = None) -> HttpResponse:
        """The form; on POST what would become of the file; with `confirm` it is done."""
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if course_id is not None:
            self._course(request, course_id, ADD)
        if request.method != "POST":
            return self._import_page(request, ImportForm(request.user, initial={"course": course_id}))
        form = ImportForm(request.user, request.POST, request.FILES)
        is_confirmed = "confirm" in request.POST
        result = form.carry_out(dry_run=not is_confirmed) if form.is_valid() else None
        if result is not None and is_confirmed:
            words = ngettext(
                "%(count)d exercise was created.", "%(count)d exercises were created.", result.created
            )
            level = messages.SUCCESS if result.created else messages.WARNING
            self.message_user(request, words % {"count": result.created}, level)  # type: ignore[attr-defined]
        return self._import_page(request, form, result, is_done=is_confirmed)

    def _import_page(
        self,
        request: HttpRequest,
        form: ImportForm,
        result: ImportResult | None = None,
        *,
        is_done: bool = False,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Import questions"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": form,
            "media": form.media,
            "result": result,
            "is_done": is_done,
            "writes": result.created if result is not None else 0,
            "shown": f":{SHOWN}",
            "limit": SHOWN,
            "carried": form.carried() if result is not None and not is_done else {},
            "import_url": reverse("admin:courses_exercise_import"),
            "list_url": reverse("admin:courses_exercise_changelist"),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.import_template, context, status=400 if form.errors else 200)

    def _course(self, request: HttpRequest, course_id: int, right: str) -> Course:
        """The course, where this right over exercises reaches it; else there is none."""
        course: Course | None = rows_for(request.user, Course.objects.filter(pk=course_id), right).first()
        if course is None:
            raise Http404
        return course

    def gift_view(self, request: HttpRequest, course_id: int) -> HttpResponse:
        return self._course_file(request, course_id, GIFT)

    def xml_view(self, request: HttpRequest, course_id: int) -> HttpResponse:
        return self._course_file(request, course_id, MOODLE_XML)

    def _course_file(self, request: HttpRequest, course_id: int, form: str) -> HttpResponse:
        """The file holds the answers: who may not change exercises may not have it."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        course = self._course(request, course_id, CHANGE)
        return self._file(request, export_questions(course=course, form=form), course.slug, form)

    @admin.action(description=gettext_lazy("Export as GIFT"), permissions=["change"])
    def export_gift(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._file(request, export_exercises(exercises=queryset, form=GIFT), "questions", GIFT)

    @admin.action(description=gettext_lazy("Export as Moodle XML"), permissions=["change"])
    def export_xml(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._file(
            request, export_exercises(exercises=queryset, form=MOODLE_XML), "questions", MOODLE_XML
        )

    def _file(self, request: HttpRequest, result: ExportResult, name: str, form: str) -> HttpResponse:
        """What the file lacks, or other programs will not see of it, is said on the next page, as far as it fits."""
        for each in (*result.rejects, *result.notes)[:SAID]:
            self.message_user(request, f"{each.value}: {each.message}", messages.WARNING)  # type: ignore[attr-defined]
        filename = f"{slugify(name)}.{EXTENSIONS[form]}"
        return HttpResponse(
            result.text,
            content_type="text/plain; charset=utf-8" if form == GIFT else "application/xml; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{filename}"',
                "Cache-Control": "no-store",
            },
        )
