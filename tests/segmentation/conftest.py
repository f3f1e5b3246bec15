"""What these tests share."""

from __future__ import annotations

import pytest

from tests.threads import one_thread

quiet = pytest.fixture(autouse=True, scope="package")(one_thread)
