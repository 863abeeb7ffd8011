"""What all tests share: an environment of their own, and the way to the real data."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

# Nothing of the user's own local copies, and no network but what a test names; at import, before anything reads them.
_home = tempfile.TemporaryDirectory(prefix="xopr-tests-", ignore_cleanup_errors=True)
os.environ["XOPR_CACHE_DIR"] = f"{_home.name}/cache"
os.environ["XOPR_CATALOG_URL"] = f"{_home.name}/catalog"
os.environ["XOPR_CMR_URL"] = "http://127.0.0.1:9"  # nothing listens on the discard port


#: The files of more than ten seconds, the longest first.
_LONGEST = (
    *("test_store_machine.py", "test_secrets.py", "test_faults.py", "test_main_job.py", "test_models.py"),
    *("test_store_faults.py", "test_supply.py", "test_proxy.py", "test_wrong_input.py", "test_kept_files.py"),
    *(
        "test_copies_of_processes.py",
        "test_guide.py",
        "test_network.py",
        "test_synccatalogs.py",
        "test_framesfromtrack.py",
    ),
    *("test_run_report.py", "test_box_cover.py", "test_crossoverheights.py", "test_kept.py", "test_clock.py"),
)


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that no process is left alone with it in the end."""
    items.sort(key=lambda item: _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST))


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory, monkeypatch) -> None:
    """Give each test local copies of its own, or one would find what another has searched."""
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


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
