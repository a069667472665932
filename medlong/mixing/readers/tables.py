"""Records of Parquet files and of spreadsheets."""

from collections.abc import Iterator

from medlong.errors import DataError, MissingPackageError
from medlong.mixing.readers.record import Reading, Record, place, refuse_repeated

_BATCH = 256
"""Rows of a Parquet file in memory at a time, beside what one of its pages needs."""


def parquet(reading: Reading) -> Iterator[Record]:
    """Yield the rows of a Parquet file, or of a part of it, numbered from 1 in the file, batch by batch."""
    path = reading.path
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError:
        raise MissingPackageError(f"{path}: needs the package pyarrow: pip install 'medlong[mix]'") from None
    number = 0
    try:
        with path.open("rb") as file:
            whole = ParquetFile(file)
            refuse_repeated(whole.schema_arrow.names, str(path))
            first, end = (reading.span.start, reading.span.end) if reading.span else (0, whole.num_row_groups)
            number = sum(whole.metadata.row_group(n).num_rows for n in range(first))
            for batch in whole.iter_batches(batch_size=_BATCH, row_groups=range(first, end)):
                for fields in batch.to_pylist():
                    number += 1
                    yield Record(number, fields)
    except UnicodeDecodeError:
        raise DataError(f"{path}: rows {number + 1} to {number + _BATCH}: hold text that is not UTF-8") from None
    except (pyarrow.ArrowException, pyarrow.ArrowInvalid) as error:
        raise DataError(f"{path}: not Parquet, or damaged: {' '.join(str(error).split())}") from None


def xlsx(reading: Reading) -> Iterator[Record]:
    """Yield the rows below the first one of a sheet, which has the names; the package holds the sheet in memory."""
    path = reading.path
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        raise MissingPackageError(f"{path}: needs the package python-calamine: pip install 'medlong[mix]'") from None
    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            names = book.sheet_names
            if reading.sheet is not None and reading.sheet not in names:
                raise DataError(f"{path}: no sheet {reading.sheet!r}; it has {', '.join(map(repr, names)) or 'none'}")
            sheet = book.get_sheet_by_name(reading.sheet) if reading.sheet else book.get_sheet_by_index(0)
            rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise DataError(f"{path}: not a workbook, or damaged: {' '.join(str(error).split())}") from None
    header = [str(name).strip() for name in rows[0]] if rows else []
    refuse_repeated([name for name in header if name], f"{place(path)} 1")
    for number, row in enumerate(rows[1:], start=2):
        if any(cell != "" for cell in row):
            yield Record(number, {name: cell for name, cell in zip(header, row, strict=True) if name})
