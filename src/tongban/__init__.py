"""Tongban 通办: every exercise of public power is a case of a published matter."""
