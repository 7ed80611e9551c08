"""How far a change has gone through the company, portion by portion, so that whoever goes on counts nobody twice."""

from dataclasses import dataclass

from dayone.domain.subjects import Subject


@dataclass(frozen=True, kw_only=True)
class Portion:
    """One part of the company that was looked through, numbered from 0.

    `subjects` are those to be planned again, `total` how many these are together with those of all portions before.
    The next portion begins after `last`, which is None when this one ends with the company's end.
    """

    number: int
    subjects: tuple[Subject, ...]
    total: int
    last: Subject | None
