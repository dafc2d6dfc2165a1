"""What each role may do with customers in the back office."""

from accounts.roles import ADMINISTRATOR, CRM_MANAGER, SUPPORT, every, grant

#: What people keep themselves.
KEPT = ("product", "productalias", "customer", "orderline", "contactevent")

#: What services own: looked at, and dealt with by actions.
OWNED = (
    *("importbatch", "customermerge", "clientmasterprofile", "recorun", "recoitem"),
    *("audititem", "outcomeevent"),
)

for _role in (CRM_MANAGER, ADMINISTRATOR):
    for _action in ("view", "add", "change", "delete"):
        grant(_role, *every(_action, "crm", *KEPT))
    grant(_role, *every("view", "crm", *OWNED))
    # Resolving an audit item; the profile falls and comes back with its customer.
    grant(_role, "crm.change_audititem", "crm.delete_clientmasterprofile")
grant(SUPPORT, *every("view", "crm", "product", "productalias", "customer", "orderline", "contactevent"))
