"""The user's Earthdata login, out of an authentication configuration of QGIS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsAuthMethodConfig

from ..core.common import InputError

if TYPE_CHECKING:
    from ..core.remote import Login

_WHERE = "Settings > Options > Authentication"
_BEARER = re.compile(r"\s*bearer\s+(?P<token>\S+)\s*", re.IGNORECASE)


def login_of(configuration: str) -> Login | None:
    """Return the login that an authentication configuration holds; None where none is named.

    Parameters
    ----------
    configuration : str
        Its id, seven letters and digits. Basic has user and password, EsriToken a token, APIHeader one in the header
        Authorization.

    Raises
    ------
    InputError
        If there is no such configuration, or it cannot be opened, or holds no login of these kinds.
    """
    if not configuration:
        return None
    from ..core.remote import Login  # here, because QGIS imports this module before it looks for packages

    found = _opened(configuration)
    source = f"the authentication configuration {configuration} (AUTHCFG)"
    if found.method() == "Basic":
        user, password = found.config("username"), found.config("password")
        if user and password:
            return Login(user=user, password=password, source=source)
        raise InputError(f"AUTHCFG: {configuration} has no user name or no password; complete it in {_WHERE}.")
    header = _BEARER.fullmatch(found.configMap().get("Authorization", ""))
    token = found.config("token") if found.method() == "EsriToken" else (header["token"] if header else "")
    if token:
        return Login(token=token, source=source)
    raise InputError(
        f"AUTHCFG: {configuration} is a configuration of the kind {found.method()}, which holds no Earthdata login; "
        f"choose one of the kind Basic, with user and password, or make one in {_WHERE}."
    )


def _opened(configuration: str) -> QgsAuthMethodConfig:
    manager = QgsApplication.authManager()
    if manager.isDisabled():
        raise InputError(
            f"AUTHCFG: this QGIS cannot keep logins ({manager.disabledMessage()}); set the environment variable "
            "EARTHDATA_TOKEN instead."
        )
    if configuration not in manager.configIds():
        raise InputError(
            f"AUTHCFG: there is no authentication configuration {configuration} in this profile of QGIS; choose one of "
            f"those in {_WHERE}, or set the environment variable EARTHDATA_TOKEN instead."
        )
    read, found = manager.loadAuthenticationConfig(configuration, QgsAuthMethodConfig(), True)
    if not read:
        raise InputError(
            f"AUTHCFG: {configuration} cannot be opened; give QGIS your master password (qgis_process takes it from "
            "the file that QGIS_AUTH_PASSWORD_FILE names)."
        )
    return found
