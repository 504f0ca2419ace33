"""What MiniCC stands on is broken while calls come in, and what was lost is counted."""

# Names the file that says how many seconds the clock of a process is off.
CLOCK_VARIABLE = "MINICC_BENCH_CLOCK"
