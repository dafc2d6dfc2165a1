"""What is done with customers, one function an intention."""

from .audit import resolve_audit_item
from .consent import opt_in_customer, opt_out_customer
from .contacting import ContactedResult, mark_contacted
from .imports import cancel_import, check_import, resume_import, run_import, start_import, undo_import
from .merging import MergePreview, distinguish_customers, merge_customers, preview_merge
from .outcomes import OutcomeResult, record_outcomes
from .profiles import BuildResult, build_profiles
from .recommendations import end_abandoned_runs, recommend
from .requeueing import requeue_import
from .unmerging import MergeConflict, undo_conflicts, unmerge_customers

__all__ = [
    "BuildResult",
    "ContactedResult",
    "MergeConflict",
    "MergePreview",
    "OutcomeResult",
    "build_profiles",
    "cancel_import",
    "check_import",
    "distinguish_customers",
    "end_abandoned_runs",
    "mark_contacted",
    "merge_customers",
    "opt_in_customer",
    "opt_out_customer",
    "preview_merge",
    "recommend",
    "record_outcomes",
    "requeue_import",
    "resolve_audit_item",
    "resume_import",
    "run_import",
    "start_import",
    "undo_conflicts",
    "undo_import",
    "unmerge_customers",
]
