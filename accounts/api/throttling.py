"""How often one address may knock at the doors that strangers stand at, and one person ask for what is dear; see
DEFAULT_THROTTLE_RATES."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.ratelimit import truncate_ip
from rest_framework.permissions import AllowAny
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from ..sign_in import client_address


class AddressThrottle(SimpleRateThrottle):
    """Counts by the address that a request comes from. A view names its rate in `throttle_scope`; None is no limit.

    Generous on purpose: a whole school may come from one address. Guessing is the lockout's to end.
    """

    def __init__(self) -> None:
        """The rate is known once there is a view; see `allow_request`."""

    def allow_request(self, request: Any, view: Any) -> bool:
        self.scope = view.throttle_scope
        rates: Any = api_settings.DEFAULT_THROTTLE_RATES
        self.rate = rates.get(self.scope)
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        address = client_address(request._request)
        return None if address is None else f"throttle:{self.scope}:{truncate_ip(address)}"


class PersonThrottle(AddressThrottle):
    """Counts by who is signed in: for what costs the server much, and one person little."""

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return f"throttle:{self.scope}:person:{request.user.pk}"


class StrangersView:
    """Mixin of a view that is open to strangers, and therefore limited by address."""

    authentication_classes: Any = ()
    permission_classes: Any = (AllowAny,)
    throttle_classes: Any = (AddressThrottle,)
    throttle_scope = ""
