"""The addresses below /api/v1/accounts/."""

urlpatterns: list = []
