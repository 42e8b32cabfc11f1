"""Intake: how civil society speaks to the people who write policy."""

from __future__ import annotations

from flask import Flask

from intake import accounts, digests, moderation, pages, picture, programme, submissions
from intake.accounts import guards
from intake.foundation import compression, crypto, database, errors, i18n, leaving, security
from intake.foundation.config import Settings, shipped
from intake.foundation.files import store

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application for ``settings`` (default: the environment's).

    Raises:
        SettingsError: a setting is unknown or unusable.
        KeyringError: the keyring is missing or damaged.
        UndeclaredAccess: a view does not say who may call it.
    """
    settings = settings or Settings.from_environment()
    app = Flask("intake", template_folder=str(shipped("templates")), instance_path=str(settings.instance))
    app.config["SETTINGS"] = settings
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    crypto.init_app(app, settings.instance / crypto.FILE_NAME)
    store.init_app(app, settings.files_url, settings.instance / "files")
    database.init_app(app, settings.database_url)
    security.init_app(app, settings)
    leaving.init_app(app)
    i18n.init_app(app)
    errors.init_app(app)
    compression.init_app(app)

    for feature in (accounts, programme, submissions, moderation, digests, picture, pages):
        feature.init_app(app)
    security.protect(app)
    guards.check_declared(app)
    return app
