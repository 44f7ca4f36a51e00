"""The one truth: tables, sessions, migrations, the change log, the picture for compiling."""
