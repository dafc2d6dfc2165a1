"""The addresses below `/api/v1/content/`."""

from config.base.api.routers import BaseRouter

from . import views

router = BaseRouter("content")
router.register("bricks", views.ContentBrickViewSet)
router.register("brick-versions", views.BrickVersionViewSet)
router.register("brick-ratings", views.ContentBrickRatingViewSet)
router.register("figures", views.ContentFigureViewSet)
router.register("templates", views.ContentTemplateViewSet)
router.register("document-requests", views.DocumentRequestViewSet)
router.register("generated-documents", views.GeneratedDocumentViewSet)
router.register("document-bricks", views.DocumentBrickViewSet)
router.register("document-interactions", views.DocumentInteractionViewSet)

urlpatterns = router.urls
