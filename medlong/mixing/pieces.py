from pathlib import Path
from typing import NamedTuple
from medlong.hashing import digest
from medlong.mixing.sources import Origin, rows
class Piece(NamedTuple):
    origin: Origin
    number: int
    path: Path | None
    start: int
    end: int | None
    size: int
    def key(self): return digest([self.origin.id, self.origin.source.model_dump(mode="json")])
class Tally(NamedTuple):
    good: int
    bad: int
    first: tuple
class read:
    def __init__(self, piece, rejects): self.piece=piece; self.rejects=rejects; self.tally=Tally(0,0,())
    def __iter__(self): return rows(self.piece.origin, self.rejects)
def place_of(piece, row): return f"{row.file or 'generated'}, line {row.line}"
def pieces(origin, size=1): return [Piece(origin,0,None,0,None,0)]
def check(origin, tallies): pass
