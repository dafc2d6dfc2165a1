"""The addresses below `/documents/`: what people ask for, read and keep."""

from django.urls import path

from .views import documents, pages, requests

urlpatterns = [
    path("", documents.mine, name="documents"),
    path("request/", requests.ask, name="document_request"),
    path("requests/<int:request_id>/", requests.progress, name="document_progress"),
    path("requests/<int:request_id>/retry/", requests.retry, name="document_retry"),
    path("<int:document_id>/", documents.document, name="document"),
    path("<int:document_id>/complete/", documents.complete, name="document_complete"),
    path("<int:document_id>/rate/", documents.rate, name="document_rate"),
    path("<int:document_id>/html/", pages.html_pages, name="document_html"),
    path("<int:document_id>/pdf/", pages.pdf_pages, name="document_pdf"),
]
