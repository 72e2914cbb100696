"""The service as attackers meet it: over real HTTP, over the sample articles."""

import pytest

from qa.dalil import Dalil
from tests.qa.service.conftest import serving
from tests.samples import ARTICLES


@pytest.fixture(scope="package")
def sampled(tmp_path_factory):
    with Dalil.open(tmp_path_factory.mktemp("attacked")) as dalil:
        dalil.add(ARTICLES)
        yield dalil


@pytest.fixture(scope="package")
def service(sampled):
    with serving(sampled, max_body_mb=1, request_timeout_s=300) as client:
        client.timeout = 300
        yield client
