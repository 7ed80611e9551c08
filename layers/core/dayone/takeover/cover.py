"""Choose the cheapest selectors that together select exactly what they are to, and prove how far from the best it is.

Sets of things are integers: bit `n` is thing `n`. Costs are small integers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Steps of the exact search for one rule; what is not decided by then is the best so far, with its distance.
_MOST_STEPS = 3_000
# Candidates that are compared with each other, and those that the exact search takes: the cheapest for each thing.
_MOST_COMPARED, _MOST_SEARCHED = 200, 48
_ALMOST = 1e-9


@dataclass(frozen=True)
class Candidate[T]:
    """A selector, the things it selects, and its cost."""

    selector: T
    selects: int
    cost: int


@dataclass(frozen=True)
class Cover[T]:
    """The chosen selectors, and the things that are named one by one.

    No choice among these candidates costs less than `bound`; it is the cheapest if that is its own `cost`.
    """

    chosen: tuple[Candidate[T], ...]
    named: int
    cost: int
    bound: int


def cheapest_cover[T](target: int, candidates: Sequence[Candidate[T]], *, allowed: int, named: int) -> Cover[T]:
    """Return the cheapest cover of `target` by candidates that select nothing but `allowed`.

    Each thing can be named instead, for the cost `named`. Of equal covers the one with the earlier candidates wins.
    """
    useful = _useful(target, candidates, allowed=allowed, named=named)
    search = _Search(target, useful, named=named)
    search.run()
    return search.best()


def things_in(things: int) -> Iterator[int]:
    """Yield the numbers of the things in a set, in their order."""
    while things:
        lowest = things & -things
        yield lowest.bit_length() - 1
        things ^= lowest


def _useful[T](target: int, candidates: Sequence[Candidate[T]], *, allowed: int, named: int) -> Sequence[Candidate[T]]:
    """Return the candidates that cost no more than naming, one for each set of things, the cheapest for each first."""
    best: dict[int, Candidate[T]] = {}
    for candidate in candidates:
        found = candidate.selects & target
        if candidate.selects & ~allowed or found.bit_count() * named < candidate.cost:
            continue
        if found not in best or candidate.cost < best[found].cost:
            best[found] = candidate
    return [best[found] for found in sorted(best, key=lambda found: best[found].cost / found.bit_count())]


def _undominated[T](target: int, candidates: Sequence[Candidate[T]]) -> Sequence[Candidate[T]]:
    """Return the candidates that select something which none of the same cost or less selects with more beside it."""

    def is_below(candidate: Candidate[T], other: Candidate[T]) -> bool:
        less, more = candidate.selects & target, other.selects & target
        return less != more and less & ~more == 0 and other.cost <= candidate.cost

    return [each for each in candidates if not any(is_below(each, other) for other in candidates)]


class _Search[T]:
    """Branch and bound over classes of things that the same candidates select."""

    def __init__(self, target: int, useful: Sequence[Candidate[T]], *, named: int) -> None:
        compared = _undominated(target, useful[:_MOST_COMPARED])
        self._candidates = compared[:_MOST_SEARCHED]
        self._has_all = len(useful) <= _MOST_COMPARED and len(compared) <= _MOST_SEARCHED
        self._target = target
        classes = _classes(target, self._candidates)
        self._everything = (1 << len(classes)) - 1
        self._weights = [members.bit_count() * named for members in classes]
        self._selects = [
            sum(1 << place for place, members in enumerate(classes) if members & candidate.selects)
            for candidate in self._candidates
        ]
        self._of_class = [
            [number for number, selects in enumerate(self._selects) if selects >> place & 1]
            for place in range(len(classes))
        ]
        # The cost of a candidate is shared by what it selects. No choice undercuts the least share of each class.
        shares = [(each.selects, each.cost / ((each.selects & target).bit_count() * named)) for each in useful]
        self._prices = [
            weight * min([1.0, *(share for selects, share in shares if selects & members)])
            for members, weight in zip(classes, self._weights, strict=True)
        ]
        self._chosen: tuple[int, ...] = ()
        self._cost = 0
        self._steps = 0

    def run(self) -> None:
        """Find the best choice, greedily first, then exactly as far as the steps go."""
        self._chosen = self._greedy()
        self._cost = self._cost_of(self._chosen)
        self._branch(self._everything, chosen=(), cost=0)

    def best(self) -> Cover[T]:
        """Return the best choice that was found."""
        chosen = tuple(self._candidates[number] for number in sorted(self._chosen))
        named = self._target
        for candidate in chosen:
            named &= ~candidate.selects
        is_proven = self._has_all and self._steps < _MOST_STEPS
        bound = self._cost if is_proven else min(self._cost, self._bound(self._everything))
        return Cover(chosen=chosen, named=named, cost=self._cost, bound=bound)

    def _greedy(self) -> tuple[int, ...]:
        chosen: list[int] = []
        remaining = self._everything
        while remaining and self._candidates:
            gains = [
                self._weight(selects & remaining) - candidate.cost
                for selects, candidate in zip(self._selects, self._candidates, strict=True)
            ]
            gain = max(gains)
            if gain < 0:
                break
            chosen.append(gains.index(gain))
            remaining &= ~self._selects[chosen[-1]]
        return tuple(chosen)

    def _branch(self, remaining: int, *, chosen: tuple[int, ...], cost: int) -> None:
        self._steps += 1
        if self._steps >= _MOST_STEPS or cost + self._bound(remaining) >= self._cost:
            return
        if not remaining:
            self._chosen, self._cost = chosen, self._cost_of(chosen)
            return
        place = min(things_in(remaining), key=lambda each: (len(self._of_class[each]), each))
        for number in self._of_class[place]:
            following = remaining & ~self._selects[number]
            self._branch(following, chosen=(*chosen, number), cost=cost + self._candidates[number].cost)
        self._branch(remaining & ~(1 << place), chosen=chosen, cost=cost + self._weights[place])

    def _bound(self, remaining: int) -> int:
        total = sum(self._prices[place] for place in things_in(remaining))
        return int(total - _ALMOST) + 1 if total > _ALMOST else 0

    def _weight(self, classes: int) -> int:
        return sum(self._weights[place] for place in things_in(classes))

    def _cost_of(self, chosen: Sequence[int]) -> int:
        remaining = self._everything
        for number in chosen:
            remaining &= ~self._selects[number]
        return sum(self._candidates[number].cost for number in chosen) + self._weight(remaining)


def _classes[T](target: int, candidates: Sequence[Candidate[T]]) -> list[int]:
    """Split the things into sets that are selected by the same candidates, the lowest first."""
    classes = [target] if target else []
    for candidate in candidates:
        split = [(members & candidate.selects, members & ~candidate.selects) for members in classes]
        classes = [part for parts in split for part in parts if part]
    return sorted(classes, key=lambda members: members & -members)
