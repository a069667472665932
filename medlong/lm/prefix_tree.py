"""Read token sequences that share prefixes, each shared part once, from one branching KV cache.

Sequences are sorted, which makes every shared prefix a run of neighbours: a tree. A long
shared part (a book) extends the cache in chunks and is cropped off when its branches are
done. What hangs below it (questions, and their options below them) is packed: whole
subtrees in one forward pass, each token attending to the cache and to its own ancestors
only. Positions are a token's place in its own sequence, so results are those of reading
each sequence alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch

CHUNK = 2048
"""Most tokens by which one forward pass extends the cache: bounds activation memory."""

PACK = 1024
"""Most tokens of the subtrees that one forward pass answers."""

Visit = Callable[[int, dict[int, torch.Tensor]], None]
"""Called at each sequence's end with its index and the log-probabilities after the positions asked for."""


class Step(NamedTuple):
    """One forward pass."""

    ids: torch.Tensor
    """Token ids, shape [1, n]."""

    positions: torch.Tensor
    """Place of each token in its own sequence, shape [1, n]."""

    mask: torch.Tensor | None
    """True where a token may attend, shape [1, 1, n, cached + n]; None means plain causal."""

    keep: torch.Tensor
    """Which of the n tokens need log-probabilities after them, shape [k]."""


class Node(NamedTuple):
    """A part of the tree: tokens that all rows below share, from `depth` on."""

    depth: int
    tokens: Sequence[int]
    ended: tuple[int, ...]
    """Rows that end with this part."""

    children: tuple["Node", ...]
    needed: int
    """First position after which any row below needs log-probabilities."""

    size: int
    """Tokens of this part and of all below it."""


@dataclass
class PrefixTree:
    """Walks sequences with one model; `tokens_read` counts what was really computed."""

    forward: Callable[[Step, Any], torch.Tensor]
    """Extends the cache by a step and returns log-probabilities of shape [k, vocabulary]."""

    cache: Any
    """A cache with `get_seq_length` and `crop`; it is as it was when the walk ends."""

    device: torch.device
    pack: int = PACK
    """Tokens to pack in one pass; 0 for attention kernels that take no mask of ours."""

    tokens_read: int = 0
    _after: dict[int, torch.Tensor] = field(default_factory=dict)

    def walk(self, rows: Sequence[Sequence[int]], needed: Sequence[int], visit: Visit, *, at_cache: bool) -> None:
        """Visit every row once, neighbours in the tree one after the other.

        Args:
            rows: Token ids; a row may be a prefix of another or equal to it.
            needed: For each row the first position after which log-probabilities are
                needed; a row's length or more when none are.
            visit: Gets the row's index and, by position, log-probabilities of shape [vocabulary].
            at_cache: The cache must hold exactly the row when it is visited (to go on
                generating from it), so nothing is packed.
        """
        order = sorted(range(len(rows)), key=lambda index: tuple(rows[index]))
        pack = 0 if at_cache else self.pack
        for batch in _batches(list(_nodes(rows, needed, order, 0)), pack):
            self._answer(batch, visit, pack)

    def _answer(self, batch: Sequence[Node], visit: Visit, pack: int) -> None:
        """Visit every row below these siblings: packed when they are small, else one by one."""
        if sum(node.size for node in batch) <= pack:
            self._packed(batch, visit)
            return
        (node,) = batch
        self._extend(node)
        for row in node.ended:
            visit(row, self._after)
        for below in _batches(node.children, pack):
            self._answer(below, visit, pack)
        self.cache.crop(-len(node.tokens))
        for position in [position for position in self._after if position >= node.depth]:
            del self._after[position]

    def _extend(self, node: Node) -> None:
        """Read a node's tokens into the cache, keeping log-probabilities from its `needed` position on."""
        for start in range(0, len(node.tokens), CHUNK):
            piece = node.tokens[start : start + CHUNK]
            first = node.depth + start
            keep = [place for place in range(len(piece)) if first + place >= node.needed]
            after = self._read(piece, range(first, first + len(piece)), None, keep)
            self._after.update(zip((first + place for place in keep), after, strict=True))

    def _packed(self, batch: Sequence[Node], visit: Visit) -> None:
        """Read whole subtrees in one pass and visit their rows."""
        cached = self.cache.get_seq_length()
        flat = list(_flatten(batch, None))
        tokens = [token for node, _ in flat for token in node.tokens]
        positions = [node.depth + place for node, _ in flat for place in range(len(node.tokens))]
        mask = torch.zeros(len(tokens), cached + len(tokens), dtype=torch.bool, device=self.device)
        mask[:, :cached] = True
        starts: list[int] = []
        at = 0
        for node, parent in flat:
            end = at + len(node.tokens)
            if parent is not None:  # what the parent's last token sees, it and its ancestors
                last = starts[parent] + len(flat[parent][0].tokens) - 1
                mask[at:end, cached:] |= mask[last, cached:]
            mask[at:end, cached + at : cached + end] = torch.ones(
                end - at, end - at, dtype=torch.bool, device=self.device
            ).tril()
            starts.append(at)
            at = end
        keep = [
            start + place
            for (node, _), start in zip(flat, starts, strict=True)
            for place in range(len(node.tokens))
            if node.depth + place >= node.needed
        ]
        after = dict(zip(keep, self._read(tokens, positions, mask[None, None], keep), strict=True))
        self.cache.crop(-len(tokens))
        paths: list[dict[int, torch.Tensor]] = []
        for (node, parent), start in zip(flat, starts, strict=True):
            own = {
                node.depth + place: after[start + place] for place in range(len(node.tokens)) if start + place in after
            }
            paths.append((self._after if parent is None else paths[parent]) | own)
            for row in node.ended:
                visit(row, paths[-1])

    def _read(
        self, tokens: Sequence[int], positions: Sequence[int], mask: torch.Tensor | None, keep: Sequence[int]
    ) -> torch.Tensor:
        self.tokens_read += len(tokens)

        def as_tensor(values: Sequence[int]) -> torch.Tensor:
            return torch.tensor(list(values), dtype=torch.long, device=self.device)

        return self.forward(
            Step(as_tensor(tokens)[None], as_tensor(positions)[None], mask, as_tensor(keep)), self.cache
        )


def _nodes(rows: Sequence[Sequence[int]], needed: Sequence[int], order: Sequence[int], depth: int) -> Iterator[Node]:
    """Yield the subtrees of sorted rows that share their first `depth` tokens and go on."""
    for run in _runs(rows, order, depth):
        end = _shared(rows[run[0]], rows[run[-1]], depth)
        ended = tuple(index for index in run if len(rows[index]) == end)
        children = tuple(_nodes(rows, needed, run[len(ended) :], end))
        yield Node(
            depth=depth,
            tokens=rows[run[0]][depth:end],
            ended=ended,
            children=children,
            needed=min(needed[index] for index in run),
            size=end - depth + sum(child.size for child in children),
        )


def _batches(nodes: Sequence[Node], pack: int) -> Iterator[Sequence[Node]]:
    """Yield siblings in order, as many at once as `pack` tokens hold; a larger one comes alone."""
    batch: list[Node] = []
    for node in nodes:
        if batch and sum(other.size for other in batch) + node.size > pack:
            yield batch
            batch = []
        batch.append(node)
    if batch:
        yield batch


def _flatten(nodes: Sequence[Node], parent: int | None, seen: int = 0) -> Iterator[tuple[Node, int | None]]:
    """Yield every node below with the index of its parent in this same order, parents first."""
    for node in nodes:
        own = seen
        yield node, parent
        seen += 1
        for pair in _flatten(node.children, own, seen):
            yield pair
            seen += 1


def _runs(rows: Sequence[Sequence[int]], order: Sequence[int], depth: int) -> Iterator[list[int]]:
    """Yield runs of sorted rows that have the same token at `depth`."""
    run: list[int] = []
    for index in order:
        if run and rows[index][depth] != rows[run[0]][depth]:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _shared(first: Sequence[int], last: Sequence[int], depth: int) -> int:
    """Return how many tokens two rows share, given that they share the first `depth`."""
    most = min(len(first), len(last))
    while depth < most and first[depth] == last[depth]:
        depth += 1
    return depth
