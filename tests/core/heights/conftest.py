"""What the tests of heights share: sites whose files are written once."""

from __future__ import annotations

import pytest

from heights_maker import SITES


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    """Each site by its name, with the folder of its files."""
    return {name: (site, site.write(tmp_path_factory.mktemp(name) / "files")) for name, site in SITES.items()}
