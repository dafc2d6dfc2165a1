"""What each role may do with customers in the back office."""

from accounts.roles import ADMINISTRATOR, CRM_MANAGER, SUPPORT, every, grant

#: What people keep themselves.
KEPT = ("product", "productalias", "customer", "distinctpair", "orderline", "contactevent")

#: What services own: looked at, and dealt with by actions.
OWNED = (
    *("importbatch", "customermerge", "clientmasterprofile", "recorun", "recoitem"),
    *("audititem", "outcomeevent"),
)

#: Of these the right to add is the right to have the service do it.
DONE_BY_SERVICES = ("importbatch", "customermerge", "clientmasterprofile", "recorun", "outcomeevent")

#: Of these the right to change is the right to call off, resume or undo.
UNDOABLE = ("importbatch", "customermerge", "recorun")

for _role in (CRM_MANAGER, ADMINISTRATOR):
    for _action in ("view", "add", "change", "delete"):
        grant(_role, *every(_action, "crm", *KEPT))
    grant(_role, *every("view", "crm", *OWNED))
    # Import, merge, build, run, record; and call off or undo what can be.
    grant(_role, *every("add", "crm", *DONE_BY_SERVICES), *every("change", "crm", *UNDOABLE))
    # Resolving an audit item; the profile falls and comes back with its customer.
    grant(_role, "crm.change_audititem", "crm.delete_clientmasterprofile")
    # What waits in the background, what runs, what failed.
    grant(_role, "django_tasks_database.view_dbtaskresult")
grant(SUPPORT, *every("view", "crm", *KEPT))
