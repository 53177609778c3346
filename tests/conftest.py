"""How much hypothesis tries, and which `ohneio` is under test."""

import gc
import importlib.util
import os
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline anywhere: no test passes or fails by the clock.
SLOW_IS_FINE = [HealthCheck.too_slow]

settings.register_profile(
    "ci",  # the same examples every time: a red run is the change's own doing
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=SLOW_IS_FINE,
)
settings.register_profile(
    "brief",  # the same, and few: for each further Python in .ci/run
    settings.get_profile("ci"),
    max_examples=20,
)
settings.register_profile(
    "dev",  # other examples every time, and failures are remembered
    deadline=None,
    print_blob=True,
    suppress_health_check=SLOW_IS_FINE,
)
settings.register_profile(
    "nightly",  # a search
    deadline=None,
    max_examples=10_000,
    print_blob=True,
    suppress_health_check=SLOW_IS_FINE,
)


def _profile() -> str:
    """The profile asked for, else `ci` on a CI machine and `dev` at home."""
    return os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")


settings.load_profile(_profile())


def _home_of_ohneio() -> Path:
    """Where `import ohneio` finds it, without importing it."""
    spec = importlib.util.find_spec("ohneio")
    assert spec is not None
    assert spec.origin is not None, "ohneio is a namespace package: its __init__.py is missing"
    return Path(spec.origin).parent


def pytest_configure() -> None:
    """With OHNEIO_INSTALLED set, refuse to test anything but the installed package."""
    site = Path(sysconfig.get_path("purelib"))
    if os.environ.get("OHNEIO_INSTALLED") and not _home_of_ohneio().is_relative_to(site):
        raise pytest.UsageError(f"ohneio comes from {_home_of_ohneio()}, not from {site}")


def pytest_report_header() -> str:
    """Say which `ohneio` it is."""
    return f"ohneio: {_home_of_ohneio()}, hypothesis profile: {_profile()}"


@pytest.fixture(scope="module", autouse=True)
def nothing_is_looked_through_twice() -> None:
    """Spare the garbage collector what is there already: all tests, and what earlier ones left."""
    gc.collect()
    gc.freeze()
