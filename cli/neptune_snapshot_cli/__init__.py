"""The command ``neptune-snapshot``: watch, list and restore snapshots of Neptune clusters."""
