"""Views that write, for the tests of who is recorded as having written."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response


def write(request: HttpRequest) -> HttpResponse:
    subject = apps.get_model("courses.Subject").objects.get()
    subject.name = "Written by a sync view"
    subject.save()
    return HttpResponse("ok")


async def awrite(request: HttpRequest) -> HttpResponse:
    subject = await apps.get_model("courses.Subject").objects.aget()
    subject.name = "Written by an async view"
    await subject.asave()
    return HttpResponse("ok")


@api_view(["POST"])
def api_write(request: Request) -> Response:
    apps.get_model("courses.Subject").objects.update(name="Written through the API")
    return Response("ok")


urlpatterns = [path("write/", write), path("awrite/", awrite), path("api-write/", api_write)]
