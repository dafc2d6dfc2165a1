"""Composition root: settings, addresses and entry points. The kernel lives in config.base."""
