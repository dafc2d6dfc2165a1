"""The rules every API endpoint keeps. An app needs four names:

- `config.base.serializers.BaseSerializer`
- `config.base.api.views.BaseViewSet` (or `ReadOnlyBaseViewSet`)
- `config.base.api.filters.BaseFilterSet`, where `filterset_fields` is not enough
- `config.base.api.routers.BaseRouter`

Nothing is imported here: REST framework's settings name modules of this package while REST framework itself
is still being imported.
"""
