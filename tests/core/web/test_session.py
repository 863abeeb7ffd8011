"""The way that requests take, and how long they wait."""

import pytest
import requests

from xopr_crossovers.core.web.retries import Patience
from xopr_crossovers.core.web.session import Limits, Session, patience_of


@pytest.mark.parametrize(("read", "waits"), [(5.0, 190.0), (300.0, 300.0), (0.0, 190.0)])
def test_a_session_s_time_limit_lengthens_the_wait_and_never_shortens_it(read, waits):
    session = Session()
    session.limits = Limits(connect=None, read=read)
    assert patience_of(session, Patience(connect_timeout=10.0, read_timeout=190.0)).read_timeout == waits


@pytest.mark.parametrize(("connect", "waits"), [(None, 10.0), (3.0, 3.0), (60.0, 60.0)])
def test_a_session_s_limit_for_connections_is_the_one_that_counts(connect, waits):
    session = Session()
    session.limits = Limits(connect=connect)
    assert patience_of(session, Patience(connect_timeout=10.0)).connect_timeout == waits


def test_a_plain_session_of_requests_leaves_all_as_it_is():
    patience = Patience(connect_timeout=7.0, read_timeout=8.0)
    assert patience_of(requests.Session(), patience) == patience
