"""The addresses below `/api/v1/crm/`."""

from config.base.api.routers import BaseRouter

from . import imports, merging, views

router = BaseRouter("crm")
router.register("products", views.ProductViewSet)
router.register("product-aliases", views.ProductAliasViewSet)
router.register("import-batches", imports.ImportBatchViewSet)
router.register("customers", views.CustomerViewSet)
router.register("customer-merges", merging.CustomerMergeViewSet)
router.register("distinct-pairs", merging.DistinctPairViewSet)
router.register("order-lines", views.OrderLineViewSet)
router.register("contact-events", views.ContactEventViewSet)
router.register("client-master-profiles", views.ClientMasterProfileViewSet)
router.register("reco-runs", views.RecoRunViewSet)
router.register("reco-items", views.RecoItemViewSet)
router.register("audit-items", views.AuditItemViewSet)
router.register("outcome-events", views.OutcomeEventViewSet)

urlpatterns = router.urls
