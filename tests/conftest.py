"""What all tests share: an environment of their own, and the way to the real data."""

from __future__ import annotations

import gc
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

# Nothing of the user's own local copies, and no network but what a test names; at import, before anything reads them.
_home = tempfile.TemporaryDirectory(prefix="xopr-tests-", ignore_cleanup_errors=True)
os.environ["XOPR_CACHE_DIR"] = f"{_home.name}/cache"
os.environ["XOPR_CATALOG_URL"] = f"{_home.name}/catalog"
os.environ["XOPR_CMR_URL"] = "http://127.0.0.1:9"  # nothing listens on the discard port


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the clone, which is the package."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data(repository: Path) -> Path:
    """The folder of real data beside the clone, see its README; without it the test is skipped."""
    folder = repository.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data) is not on this machine")
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_layer_outlives_qgis(request):
    """Let go of what failed algorithms leave behind, before QGIS ends.

    QGIS never frees a QgsProcessingException that has crossed into C++. The frames that it passed hold layers, which
    would be destroyed after QGIS, and crash the process when all tests are done.
    """
    if not request.config.pluginmanager.hasplugin("pytest_qgis"):
        yield
        return
    request.getfixturevalue("qgis_app")
    yield
    from qgis.core import QgsProcessingException

    for error in gc.get_objects():
        if isinstance(error, QgsProcessingException) and error.__traceback__:
            frame = error.__traceback__.tb_frame
            with suppress(RuntimeError):  # reached pytest's own frames, which still run
                while frame:
                    frame.clear()
                    frame = frame.f_back
    gc.collect()
