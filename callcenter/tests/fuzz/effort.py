"""How much is tried: seconds in `make test`, minutes in `make fuzz`. No database."""

from hypothesis import HealthCheck, Phase, settings

# Examples are large on purpose.
_LARGE = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


def is_long() -> bool:
    """Whether this is `make fuzz`."""
    return settings.get_current_profile_name() == "fuzz"


def effort(few: int, many: int, *, steps: int = 50) -> settings:
    """Settings of one test: so many examples in either run.

    The few are the same ones each time, so that `make test` never fails by chance, and
    are not made smaller, which takes minutes.
    """
    phases = set(Phase) if is_long() else {Phase.explicit, Phase.generate}
    return settings(
        max_examples=many if is_long() else few,
        derandomize=not is_long(),
        deadline=None,
        phases=phases,
        stateful_step_count=steps,
        suppress_health_check=_LARGE,
        database=settings().database if is_long() else None,
        print_blob=is_long(),
    )
