"""This app's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from . import me, me_requests

router = PersonalRouter()
router.register("documents", me.MyDocumentViewSet)
router.register("document-requests", me_requests.MyDocumentRequestViewSet)
router.register("templates", me_requests.MyTemplateViewSet)
router.register("subjects", me_requests.MySubjectViewSet)

urlpatterns = router.urls
