"""Addresses of the courses' API."""

urlpatterns: list = []
