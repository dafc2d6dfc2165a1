"""Customers belong to nobody who signs in: rights reach all of them, or none (see `config.base.rights`)."""

from config.base.rights import declare_rights

declare_rights("crm")
