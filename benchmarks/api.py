"""Costs of responses and starts: a response of the deployed API, each function's cold import, the command's start.

All figures are ratios within this run, of times that are taken in turn.
"""

from benchmarks.figures.answer_times import answer_times
from benchmarks.figures.cold_starts import cold_starts, start_of_the_command
from benchmarks.figures.measuring import report, wants_json


def main() -> None:
    """Measure, and end with 1 when a bound is missed."""
    as_json = wants_json(__doc__ or "")
    answers, notes_on_answers = answer_times()
    starts, notes_on_starts = cold_starts()
    figures = [*answers, *starts, start_of_the_command()]
    report(figures, notes=[*notes_on_answers, *notes_on_starts], as_json=as_json)


if __name__ == "__main__":
    main()
