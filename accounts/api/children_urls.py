"""This app's children's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from . import children

router = PersonalRouter()
router.register("children", children.MyChildViewSet)

urlpatterns = router.urls
