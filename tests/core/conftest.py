"""What the core's tests share: proof that they run without QGIS, which cannot be imported here; a fresh CMR."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder

import pytest

_QGIS = {"qgis", "PyQt5", "PyQt6", "processing"}


class _Refusal(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in _QGIS:
            raise ImportError(f"{fullname} is asked for by the core or by its tests, which must do without QGIS")


@pytest.fixture(scope="session", autouse=True)
def without_qgis(request):
    if request.config.pluginmanager.hasplugin("pytest_qgis"):  # all tests in one process, not by `make test`
        yield
        return
    refusal = _Refusal()
    sys.meta_path.insert(0, refusal)
    yield
    sys.meta_path.remove(refusal)
    assert not _QGIS & sys.modules.keys()


@pytest.fixture
def cmr(server):
    """The stand-in that a module calls server, as if nobody had asked it yet; it does not misbehave afterwards."""
    server.requests.clear()
    server.faults.clear()
    yield server
    server.faults.clear()


@pytest.fixture
def files(cmr):
    """The same where a module asks it for files alone."""
    return cmr
