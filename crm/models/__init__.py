"""The models of customers and all that is known about them, one file per aggregate."""

from .alias import ProductAlias
from .audit import AuditItem
from .batch import ImportBatch
from .contact import ContactEvent
from .customer import Customer, CustomerMerge
from .distinct import DistinctPair
from .order import OrderLine
from .outcome import OutcomeEvent
from .product import Product
from .profile import ClientMasterProfile
from .recommendation import RecoItem, RecoRun

__all__ = [
    "AuditItem",
    "ClientMasterProfile",
    "ContactEvent",
    "Customer",
    "CustomerMerge",
    "DistinctPair",
    "ImportBatch",
    "OrderLine",
    "OutcomeEvent",
    "Product",
    "ProductAlias",
    "RecoItem",
    "RecoRun",
]
