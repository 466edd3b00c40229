"""Trains the members of Riposte's layers on its datasets and writes them as `docs/models.md` says."""
