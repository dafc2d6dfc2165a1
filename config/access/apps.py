"""The access matrix as an app, so that its command is found."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "config.access"
    label = "access"
    verbose_name = "access matrix"
