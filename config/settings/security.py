"""What browsers are told to refuse: the content security policy, strict everywhere, wider where a library needs it."""

from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# Path prefix → what is allowed there on top. The admin's theme evaluates expressions and sets styles in place; the
# documentation of the API sets styles in place.
CONTENT_SECURITY_POLICY_BY_PATH: dict[str, dict[str, list[Any]]] = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL, NONCE], "style-src": [SELF, UNSAFE_INLINE]},
    "/api/docs/": {"style-src": [SELF, UNSAFE_INLINE]},
}
