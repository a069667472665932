"""Read token sequences that share prefixes, each shared part once, from one branching KV cache.

Sequences are sorted, which makes every shared prefix a run of neighbours: a tree. A long
shared part (a book) extends the cache in chunks and is cropped off when its branches are
done. What hangs below it (questions, and their options below them) is packed: whole
subtrees in one forward pass, each token attending to the cache and to its own ancestors
only. Positions are a token's place in its own sequence, so results are those of reading
each sequence alone.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import torch

from medlong.lm.branching_cache import BranchingCache
from medlong.lm.prefix_nodes import Node, first_siblings, flatten, nodes

log = logging.getLogger("medlong")

CHUNK = 2048
"""Most tokens by which one forward pass extends the cache: bounds activation memory."""

PACK = 1024
"""Most tokens of the subtrees that one forward pass answers."""


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


class Ending(NamedTuple):
    """A row whose last token has been read, while the cache still holds it."""

    row: int
    after: dict[int, torch.Tensor]
    """Log-probabilities of shape [vocabulary] after the positions asked for."""

    sees: torch.Tensor | None
    """Which of the cached tokens are the row's own, shape [cached]; None means all."""


Visit = Callable[[Sequence[Ending]], None]
"""Called with rows that end at the same time."""


@dataclass
class PrefixTree:
    """Walks sequences with one model; `tokens_read` counts what was really computed."""

    forward: Callable[[Step, BranchingCache], torch.Tensor]
    """Extends the cache by a step and returns log-probabilities of shape [k, vocabulary]."""

    device: torch.device
    pack: int = PACK
    """Tokens to pack in one pass; 0 for attention kernels that take no mask of ours."""

    chunk: int = CHUNK
    tokens_read: int = 0
    cache: BranchingCache = field(default_factory=BranchingCache)
    _after: dict[int, torch.Tensor] = field(default_factory=dict)

    def walk(self, rows: Sequence[Sequence[int]], needed: Sequence[int], visit: Visit) -> None:
        """Visit every row once, neighbours in the tree one after the other.

        When memory runs out in a pass, it is made again in smaller parts.

        Args:
            rows: Token ids, all of one type of sequence; a row may be a prefix of another or equal to it.
            needed: For each row the first position after which log-probabilities are
                needed; a row's length or more when none are.
            visit: Gets the rows that end, while the cache holds them.
        """
        order = sorted(range(len(rows)), key=rows.__getitem__)  # type: ignore[arg-type]  # lists or arrays: both have <
        self._answer(tuple(nodes(rows, needed, order, 0)), visit)

    def generate(
        self,
        rows: Sequence[Sequence[int]],
        ends: Callable[[int, Sequence[int]], bool],
        finish: Callable[[int, Sequence[int]], None],
    ) -> None:
        """Continue every row greedily, those that end at the same time together.

        Args:
            rows: Token ids, none empty.
            ends: Says of a row's index and its new tokens so far whether it is done.
            finish: Gets a row's index and its new tokens.
        """

        def visit(endings: Sequence[Ending]) -> None:
            together = [endings] if self.pack else [[ending] for ending in endings]
            for batch in together:
                made = self._decode(batch, rows, ends)
                for ending, tokens in zip(batch, made, strict=True):
                    finish(ending.row, tokens)

        self.walk(rows, [len(row) - 1 for row in rows], visit)

    def _decode(
        self, endings: Sequence[Ending], rows: Sequence[Sequence[int]], ends: Callable[[int, Sequence[int]], bool]
    ) -> list[list[int]]:
        """Return the new tokens of each row; the cache is as it was before."""
        cached = self.cache.get_seq_length()
        made = [[int(ending.after[len(rows[ending.row]) - 1].argmax())] for ending in endings]
        everything = torch.ones(cached, dtype=torch.bool, device=self.device)
        sees = torch.stack([everything if ending.sees is None else ending.sees for ending in endings])
        live = [place for place, ending in enumerate(endings) if not ends(ending.row, made[place])]
        while live:
            own = torch.zeros(len(endings), len(live), dtype=torch.bool, device=self.device)
            own[live, range(len(live))] = True
            sees = torch.cat([sees, own], dim=1)
            mask = sees[live][None, None] if len(endings) > 1 or endings[0].sees is not None else None
            positions = [len(rows[endings[place].row]) + len(made[place]) - 1 for place in live]
            after = self._read([made[place][-1] for place in live], positions, mask, range(len(live)))
            for place, token in zip(live, after.argmax(dim=1).tolist(), strict=True):
                made[place].append(token)
            live = [place for place in live if not ends(endings[place].row, made[place])]
        self.cache.keep(cached)
        return made

    def _answer(self, siblings: Sequence[Node], visit: Visit) -> None:
        """Visit every row below these siblings: packed when they are small, else one by one."""
        rest = list(siblings)
        while rest:  # what fits may become less on the way
            batch = first_siblings(rest, self.pack)
            if sum(node.size for node in batch) > self.pack:
                self._one(batch[0], visit)
            elif not self._packed(batch, visit):
                self.pack = sum(node.size for node in batch) // 2
                continue
            rest = rest[len(batch) :]

    def _one(self, node: Node, visit: Visit) -> None:
        """Visit every row below a node too large to pack, with its tokens in the cache meanwhile."""
        before = self.cache.get_seq_length()
        self._extend(node)
        if node.ended:
            visit([Ending(row, self._after, None) for row in node.ended])
        self._answer(node.children, visit)
        self.cache.keep(before)
        for position in [position for position in self._after if position >= node.depth]:
            del self._after[position]

    def _extend(self, node: Node) -> None:
        """Read a node's tokens into the cache, keeping log-probabilities from its `needed` position on."""
        done = 0
        while done < len(node.tokens):
            piece = node.tokens[done : done + self.chunk]
            first = node.depth + done
            keep = [place for place in range(len(piece)) if first + place >= node.needed]
            after = self._try(piece, range(first, first + len(piece)), None, keep)
            if after is None:
                self.chunk = len(piece) // 2
                continue
            self._after.update(zip((first + place for place in keep), after, strict=True))
            done += len(piece)

    def _packed(self, batch: Sequence[Node], visit: Visit) -> bool:
        """Read whole subtrees in one pass and visit their rows; return False when memory ran out."""
        cached = self.cache.get_seq_length()
        flat = list(flatten(batch, None))
        tokens = [token for node, _ in flat for token in node.tokens]
        positions = [node.depth + place for node, _ in flat for place in range(len(node.tokens))]
        starts = [0, *accumulate(len(node.tokens) for node, _ in flat)]
        keep = [
            start + place
            for (node, _), start in zip(flat, starts, strict=False)
            for place in range(len(node.tokens))
            if node.depth + place >= node.needed
        ]
        mask = self._tree_mask(flat, starts, cached)
        found = self._try(tokens, positions, mask[None, None], keep)
        if found is None:
            return False
        after = dict(zip(keep, found, strict=True))
        paths: list[dict[int, torch.Tensor]] = []
        endings: list[Ending] = []
        for (node, parent), start in zip(flat, starts, strict=False):
            places = range(start, start + len(node.tokens))
            own = {node.depth + place - start: after[place] for place in places if place in after}
            paths.append((self._after if parent is None else paths[parent]) | own)
            endings.extend(Ending(row, paths[-1], mask[places[-1]]) for row in node.ended)
        visit(endings)
        self.cache.keep(cached)
        return True

    def _tree_mask(self, flat: Sequence[tuple[Node, int | None]], starts: Sequence[int], cached: int) -> torch.Tensor:
        """Return which tokens each token of flattened subtrees sees, shape [n, cached + n]."""
        mask = torch.zeros(starts[-1], cached + starts[-1], dtype=torch.bool, device=self.device)
        mask[:, :cached] = True
        for (node, parent), start, end in zip(flat, starts, starts[1:], strict=False):
            if parent is not None:  # what the parent's last token sees, it and its ancestors
                mask[start:end, cached:] |= mask[starts[parent + 1] - 1, cached:]
            size = len(node.tokens)
            mask[start:end, cached + start : cached + end] = torch.ones(
                size, size, dtype=torch.bool, device=self.device
            ).tril()
        return mask

    def _try(
        self, tokens: Sequence[int], positions: Sequence[int], mask: torch.Tensor | None, keep: Sequence[int]
    ) -> torch.Tensor | None:
        """Return what `_read` does, or None when memory runs out and fewer tokens might fit."""
        before = self.cache.get_seq_length()
        try:
            return self._read(tokens, positions, mask, keep)
        except RuntimeError as error:
            if not _out_of_memory(error) or len(tokens) == 1:
                raise
        log.warning("medlong-hf: out of memory reading %d tokens at once; going on with half as many", len(tokens))
        self.cache.keep(before)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        return None

    def _read(
        self, tokens: Sequence[int], positions: Sequence[int], mask: torch.Tensor | None, keep: Sequence[int]
    ) -> torch.Tensor:
        def as_tensor(values: Sequence[int]) -> torch.Tensor:
            return torch.tensor(list(values), dtype=torch.long, device=self.device)

        found = self.forward(
            Step(as_tensor(tokens)[None], as_tensor(positions)[None], mask, as_tensor(keep)), self.cache
        )
        self.tokens_read += len(tokens)
        return found


def _out_of_memory(error: RuntimeError) -> bool:
    """Say whether an error is torch's own for memory, on any device."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
