"""How many examples are tried: few in `make test`, many in `make fuzz`. No database."""

from hypothesis import HealthCheck, Phase, settings

# Examples are large on purpose.
_LARGE = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


def is_long() -> bool:
    """Whether this run is `make fuzz`."""
    return settings.get_current_profile_name() == "fuzz"


def effort(few: int, many: int, *, steps: int = 50) -> settings:
    """Settings of one test: `few` examples in `make test`, `many` in `make fuzz`.

    The few are the same each time, so that `make test` never fails by chance. A failing
    one is not shrunk there, which would take minutes.
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
