"""The WSGI entry point: ``granian --interface wsgi wsgi:app``."""

from intake import create_app

app = create_app()
