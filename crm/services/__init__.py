"""What is done with customers, one function an intention."""

from .audit import resolve_audit_item
from .consent import opt_in_customer, opt_out_customer

__all__ = ["opt_in_customer", "opt_out_customer", "resolve_audit_item"]
