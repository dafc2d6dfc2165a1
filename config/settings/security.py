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
# Path prefix → what is allowed there on top. The admin's theme evaluates expressions and sets styles in place, and a
# brick's preview brings the font of its formulas; the documentation of the API sets styles in place.
CONTENT_SECURITY_POLICY_BY_PATH: dict[str, dict[str, list[Any]]] = {
    "/admin/": {
        "script-src": [SELF, UNSAFE_EVAL, NONCE],
        "style-src": [SELF, UNSAFE_INLINE],
        "font-src": [SELF, "data:"],
    },
    "/api/docs/": {"style-src": [SELF, UNSAFE_INLINE]},
}

# Cookies (OWASP ASVS 5, 3.3): none is read by a script, none is sent along from another site. `production` names them
# so that a browser takes them over HTTPS from this host only.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# In the session rather than in a cookie of their own, which would have no such name.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
