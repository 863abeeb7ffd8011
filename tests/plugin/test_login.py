"""The user's login out of authentication configurations that QGIS really keeps."""

from __future__ import annotations

import pytest
from qgis.core import QgsApplication, QgsAuthMethodConfig

from xopr_crossovers.core.common import InputError
from xopr_crossovers.core.remote import Login
from xopr_crossovers.plugin.login import login_of


@pytest.fixture
def store(qgis_app):
    """Keeps a configuration of a kind with these values, and returns its id."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("a master's password", True)
    made = []

    def store(kind, values):
        configuration = QgsAuthMethodConfig(kind)
        configuration.setName("earthdata")
        configuration.setConfigMap(values)
        stored = manager.storeAuthenticationConfig(configuration)
        assert stored if isinstance(stored, bool) else stored[0]
        made.append(configuration.id())
        return configuration.id()

    yield store
    for name in made:
        manager.removeAuthenticationConfig(name)


@pytest.mark.parametrize(
    ("kind", "values", "login"),
    [
        ("Basic", {"username": "me", "password": "m;i|n€"}, ("", "me", "m;i|n€")),
        ("EsriToken", {"token": "a.b.c"}, ("a.b.c", "", "")),
        ("APIHeader", {"Authorization": "Bearer a.b.c"}, ("a.b.c", "", "")),
    ],
)
def test_a_configuration_gives_the_login_that_it_holds(store, kind, values, login):
    configuration = store(kind, values)
    assert login_of(configuration) == Login(*login, f"the authentication configuration {configuration} (AUTHCFG)")


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("Basic", {"username": "me", "password": ""}, "has no user name or no password; complete it"),
        ("OAuth2", {"oauth2config": "{}"}, "is a configuration of the kind OAuth2, which holds no Earthdata login"),
        ("APIHeader", {"X-Key": "secret-key"}, "which holds no Earthdata login"),
    ],
)
def test_a_configuration_without_a_login_is_told_without_what_is_in_it(store, kind, values, sentence):
    configuration = store(kind, values)
    with pytest.raises(InputError, match=sentence) as told:
        login_of(configuration)
    assert str(told.value).startswith(f"AUTHCFG: {configuration} ")
    assert "secret-key" not in str(told.value)


def test_a_configuration_that_is_not_there_is_named(store):
    store("Basic", {"username": "me", "password": "mine"})
    with pytest.raises(InputError, match="there is no authentication configuration abcdefg in this profile"):
        login_of("abcdefg")


def test_where_none_is_named_there_is_none(qgis_app):
    assert login_of("") is None
