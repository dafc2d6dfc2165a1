"""Reads that join several models into a value the caller shows."""
