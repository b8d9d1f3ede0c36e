"""nbclient and our headless runner execute the same notebook: the outputs must be the same.

Arguments: the course.dll to run, a folder to write to.
"""

import json
import os
import re
import subprocess
import sys

import nbclient
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CELLS = [
    'using System.Text;\nvar x = 3;\nConsole.WriteLine($"x = {x}");',
    "x * 14",
    'display(HTML("<b>gras</b>"));\nConsole.WriteLine("après");',
    'var shown = display("0 %");\nfor (var i = 1; i <= 4; i++) shown.Update($"{25 * i} %");',
    "record Point(double X, double Y);\nEnumerable.Range(0, 3).Select(i => new Point(i, i * i))",
    'Console.Error.WriteLine("remarque"); Enumerable.Range(0, 30)',
    "#!markdown\n## Un titre",
    'await Task.Delay(10);\n"😀 été"',
]


def comparable(notebook):
    outputs = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            merged = []
            for output in cell.outputs:
                output = {k: v for k, v in output.items() if k not in ("execution_count", "transient")}
                if merged and output["output_type"] == "stream" and merged[-1].get("name") == output["name"]:
                    merged[-1]["text"] += output["text"]
                else:
                    merged.append(output)
            # Ids that displays make up for themselves are new each time.
            outputs.append(re.sub(r"[0-9a-f]{32}", "ID", json.dumps(merged, sort_keys=True, ensure_ascii=False)))
    return outputs


def main():
    course, folder = sys.argv[1:]
    notebook = new_notebook(cells=[new_markdown_cell("# Essai"), *(new_code_cell(code) for code in CELLS)])
    notebook.metadata = {
        "kernelspec": {"name": ".net-csharp", "display_name": ".NET (C#)", "language": "C#"},
        "language_info": {"name": "C#"},
    }
    path = os.path.join(folder, "essai.ipynb")
    nbformat.write(notebook, path)
    with_nbclient = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(with_nbclient, timeout=120, kernel_name=os.environ["COURSE_KERNEL"]).execute()
    out = os.path.join(folder, "out")
    subprocess.run(["dotnet", course, "run", path, "--out", out], check=True, stdout=sys.stderr)
    headless = nbformat.read(os.path.join(out, "essai.ipynb"), as_version=4)
    ours, theirs = comparable(headless), comparable(with_nbclient)
    assert len(ours) == len(theirs) == len(CELLS)
    for code, expected, found in zip(CELLS, theirs, ours):
        assert expected == found, f"{code}\n  nbclient: {expected}\n  headless: {found}"
        assert expected != "[]", code


if __name__ == "__main__":
    main()
