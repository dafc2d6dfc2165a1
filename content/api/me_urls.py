"""This app's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from . import me

router = PersonalRouter()
router.register("documents", me.MyDocumentViewSet)

urlpatterns = router.urls
