"""What Claude Code's NotebookEdit makes of a notebook: its text and a call's input go in, the text that the tool writes comes out.

It parses the file, changes the list of cells and writes ``JSON.stringify(notebook, null, 1)`` without a line feed at the end, with the
line ends that the file had. A replaced code cell loses its outputs; an inserted cell of nbformat 4.5 gets an id of its own.
"""

import json
from typing import Any


def fresh(count: int = 3, *, minor: int = 5, indent: int | str = 1, end: str = "\n") -> str:
    """A notebook of code cells as Jupyter saves one; `indent`: of other programs."""
    cells = []
    for number in range(count):
        output = {"name": "stdout", "output_type": "stream", "text": [f"{number}\n"]}
        cell: dict[str, Any] = {"cell_type": "code", "execution_count": number + 1}
        if minor >= 5:
            cell["id"] = f"cell{number:04d}"
        source = [f"x{number} = {number}\n", f"print(x{number})  # é"]
        cells.append({**cell, "metadata": {}, "outputs": [output], "source": source})
    about = {"language_info": {"name": "python"}}
    told = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": minor}
    return (json.dumps(told, indent=indent, ensure_ascii=False) + "\n").replace("\n", end)


def edited(text: str, given: dict[str, Any], number: int = 0) -> str:
    """`number`: told apart in the id of an inserted cell."""
    told = json.loads(text)
    cells, mode, cell = told["cells"], given.get("edit_mode", "replace"), given.get("cell_id")
    at = 0
    if cell:
        ids = [each.get("id") for each in cells]
        at = ids.index(cell) if cell in ids else int(cell.removeprefix("cell-"))
        at += mode == "insert"
    if mode == "replace" and at == len(cells):
        mode, given = "insert", {"cell_type": "code", **given}
    if mode == "delete":
        del cells[at]
    elif mode == "insert":
        made: dict[str, Any] = {"cell_type": given["cell_type"]}
        if told["nbformat_minor"] >= 5:
            made["id"] = f"kz3m{number:07d}"
        made |= {"source": given["new_source"], "metadata": {}}
        if given["cell_type"] == "code":
            made |= {"execution_count": None, "outputs": []}
        cells.insert(at, made)
    else:
        cells[at]["source"] = given["new_source"]
        if cells[at]["cell_type"] == "code":
            cells[at] |= {"execution_count": None, "outputs": []}
        cells[at]["cell_type"] = given.get("cell_type", cells[at]["cell_type"])
    result = json.dumps(told, indent=1, ensure_ascii=False)
    return result.replace("\n", "\r\n") if "\r\n" in text else result
