"""Reads that join several models into a value that a door shows."""
