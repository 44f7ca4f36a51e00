"""What can stand on a machine, as frozen values: one file per kind. Pure."""
