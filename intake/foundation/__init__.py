"""What every feature stands on: settings, database, languages, security, jobs, register.

Nothing here knows a feature; the import law in ``tests/architecture`` keeps it so.
"""
