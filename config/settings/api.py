"""Settings of the API: REST framework, tokens, OpenAPI."""

from datetime import timedelta
from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    # The token first: its challenge makes a stranger's answer a 401 instead of a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.base.api.authentication.TokenAuthentication",
        "config.base.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_PARSER_CLASSES": [
        "config.base.api.parsers.JSONParser",
        # The browsable pages' own forms.
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "config.base.api.renderers.BrowsableRenderer",
    ],
    "DEFAULT_SCHEMA_CLASS": "config.base.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "config.base.api.errors.problem_response",
    # How often one address may come to what is open to strangers, and one person ask for what starts a process of its
    # own: a preview while they type, a document made again; see accounts.api.throttling.
    "DEFAULT_THROTTLE_RATES": {
        "register": "60/hour",
        "confirm": "60/hour",
        "resend": "30/hour",
        "reset": "30/hour",
        "reset_confirm": "60/hour",
        "login": "60/min",
        "accept": "60/hour",
        "password_change": "60/hour",
        "preview": "120/min",
        "replay": "30/min",
    },
}

REST_KNOX: dict[str, Any] = {
    "TOKEN_TTL": timedelta(days=30),
    "TOKEN_LIMIT_PER_USER": 20,
    "AUTO_REFRESH": False,
    "AUTH_HEADER_PREFIX": "Bearer",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Back office",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "drf_spectacular.generators.SchemaGenerator",
    # Choices that several columns offer: one name for each set.
    "ENUM_NAME_OVERRIDES": {
        "LocaleEnum": "accounts.models.user.Locale",
        "PublicationStatusEnum": "courses.models.course.CourseStatus",
        "ExerciseKindEnum": "courses.models.exercise.ExerciseKind",
        "FormulaKindEnum": "courses.models.tutoring.FormulaKind",
        "ProgressStatusEnum": "learning.choices.ProgressStatus",
        "BookingStatusEnum": "courses.models.booking.BookingStatus",
        "TutoringSessionStatusEnum": "courses.models.tutoring.SessionStatus",
        "MergeSideEnum": "crm.choices.Side",
        "EnrollmentStatusEnum": "learning.models.enrollment.EnrollmentStatus",
        "ImportKindEnum": "crm.models.batch.ImportKind",
        "DocumentRequestStatusEnum": "content.choices.RequestStatus",
        "BrickKindEnum": "content.choices.BrickKind",
        "InteractionKindEnum": "content.choices.InteractionKind",
        "ConversationStatusEnum": "learning.models.conversation.ConversationStatus",
    },
    # What is read has every column; what is written only those that a client may set.
    "COMPONENT_SPLIT_REQUEST": True,
    "PARSER_WHITELIST": ["config.base.api.parsers.JSONParser"],
    "RENDERER_WHITELIST": ["rest_framework.renderers.JSONRenderer"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.base.api.schema.describe_rules",
    ],
    # The pages' scripts come from this server: the docs work without the internet.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
