"""The comparison as LaTeX tables for a paper: booktabs, numbers aligned, caption above and notes below."""

import re

from medlong.compare.comparison import Comparison
from medlong.compare.sheet import NOTHING, Sheet
from medlong.compare.table import PLAIN, View, remarks, sections

HEAD = (
    "% Written by medlong compare. Put \\usepackage{booktabs} into the preamble and \\input this file.\n"
    "% Names in other scripts than Latin take XeLaTeX or LuaLaTeX and a font that has them.\n"
)
WIDE = 80
"""Characters of a line that fit the text of a page; wider tables are split into facts and scores."""

_ESCAPES = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "±": "$\\pm$",
    "–": "--",
    "≥": "$\\geq$",
    "°": "$^\\circ$",
    "*": "$^{*}$",
}
_ERROR = re.compile(r"(.+)±([^*]+)(\*?)")


def latex(comparison: Comparison, view: View = PLAIN) -> str:
    """Return every table of the comparison as one LaTeX table environment each, with stable labels."""
    notes = [f"% {' '.join(line.split())}" for line in remarks(comparison, view.analyses)]
    blocks = [HEAD + "\n".join(notes)]
    for number, section in enumerate(sections(comparison, view), start=1):
        blocks += [f"% {line}" for line in (section.title, *section.verdict)]
        parts = [part for sheet in section.tables for part in (sheet.split() if sheet.width() > WIDE else (sheet,))]
        blocks += [_environment(part, section.title, f"tab:medlong-{number}") for part in parts]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Return `text` as LaTeX that prints it."""
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _environment(sheet: Sheet, title: str, label: str) -> str:
    paired = [_is_paired(sheet, at) for at in range(len(sheet.headers))]
    form = "".join(_column(sheet, at, pair) for at, pair in enumerate(paired))
    columns = enumerate(zip(sheet.headers, paired, strict=True))
    heads = [_head(header, at < sheet.n_text(), pair) for at, (header, pair) in columns]
    lines = [" & ".join(_cell(cell, pair) for cell, pair in zip(row, paired, strict=True)) for row in sheet.rows]
    body = "\n".join(f"    {line} \\\\" for line in lines)
    return "\n".join(
        (
            "\\begin{table}",
            "  \\centering",
            f"  \\caption{{{escaped(sheet.title)}. {escaped(title)}.}}",
            f"  \\label{{{label}-{_slug(sheet.title)}}}",
            "  \\footnotesize\\setlength{\\tabcolsep}{4pt}",
            f"  \\begin{{tabular}}{{{form}}}",
            "    \\toprule",
            f"    {' & '.join(heads)} \\\\",
            "    \\midrule",
            body,
            "    \\bottomrule",
            "  \\end{tabular}",
            f"  \\par\\medskip {escaped(sheet.caption)}",
            "\\end{table}",
        )
    )


def _is_paired(sheet: Sheet, at: int) -> bool:
    """Whether a column has values with errors: it is set as two, so that the signs stand below each other."""
    return at >= sheet.n_text() and any(_ERROR.fullmatch(row[at]) for row in sheet.rows)


def _column(sheet: Sheet, at: int, paired: bool) -> str:
    return "l" if at < sheet.n_text() else "r@{$\\,\\pm\\,$}l" if paired else "r"


def _head(header: str, is_text: bool, paired: bool) -> str:
    if paired:
        return f"\\multicolumn{{2}}{{c}}{{{escaped(header)}}}"
    return escaped(header) if is_text else f"\\multicolumn{{1}}{{c}}{{{escaped(header)}}}"


def _cell(cell: str, paired: bool) -> str:
    if not paired:
        return _number(cell)
    match = _ERROR.fullmatch(cell)
    if match is None:
        return f"\\multicolumn{{2}}{{c}}{{{_number(cell)}}}"
    return f"{_number(match[1])} & {_number(match[2])}{escaped(match[3])}"


def _number(text: str) -> str:
    """A cell, with the minus sign of mathematics before a number."""
    if re.fullmatch(r"[+-]\d.*", text):
        return f"${text[0]}${escaped(text[1:])}"
    return escaped("--" if text == NOTHING else text)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
