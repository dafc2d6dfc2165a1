"""The addresses below `/api/v1/learning/`."""

from config.base.api.routers import BaseRouter

router = BaseRouter("learning")

urlpatterns = router.urls
