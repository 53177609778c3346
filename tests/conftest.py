"""How much hypothesis tries, and whether it may be lucky."""

import os

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
