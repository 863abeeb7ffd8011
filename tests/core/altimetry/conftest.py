"""What the tests of heights share: small made-up granules, of a surface that is known exactly."""

from __future__ import annotations

import numpy as np
import pytest


def hills(lon, lat):
    """Heights that no two places of a test have in common."""
    return 2000.0 + 400.0 * np.sin(np.radians(lat * 50)) + 90.0 * np.cos(np.radians(lon * 30))


@pytest.fixture(scope="session")
def surface():
    return hills
