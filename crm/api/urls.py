"""The addresses below `/api/v1/crm/`."""

from config.base.api.routers import BaseRouter

router = BaseRouter("crm")

urlpatterns = router.urls
