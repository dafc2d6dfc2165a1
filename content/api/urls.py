"""The addresses below `/api/v1/content/`."""

from config.base.api.routers import BaseRouter

router = BaseRouter("content")

urlpatterns = router.urls
