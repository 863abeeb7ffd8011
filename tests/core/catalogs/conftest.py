"""What the tests of seasons share: a server, whose files each of them puts there."""

from __future__ import annotations

import pytest

from standin import StandIn


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with StandIn(cycles=[22], regions=[11], files=tmp_path_factory.mktemp("none")) as server:
        yield server
