#!/usr/bin/python3
"""Runs a notebook on a result file, from the shell and with the Python that runs this script:

    /usr/bin/python3 analysis/execute_notebook.py analysis/participation.ipynb results/kazakhstan.h5 [--out OUT.html]
        [--figures FOLDER]

Writes the executed notebook (.ipynb) or a page (.html) to --out, by default the notebook's name with .html beside
the result. Exits with 1 and the cell's error if a cell
fails, with 5 if the page may not be written.
"""
if __name__ == "__main__":
    import verb
    verb.begin("execute_notebook")

import argparse
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import verb  # noqa: E402
from kurultai import output  # noqa: E402


def execute(notebook: pathlib.Path, result: pathlib.Path, out: pathlib.Path, figures: "pathlib.Path | None" = None,
            timeout: int = 600) -> None:
    """Executes `notebook` on `result` and writes it to `out` (.ipynb or .html); `timeout` is seconds a cell.
    Raises nbclient's CellExecutionError if a cell fails."""
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    with output.claim([out], inputs=[notebook, result]), tempfile.TemporaryDirectory() as folder:
        # A kernel of our own: the one that Jupyter would find may belong to another Python, without our packages.
        kernel = pathlib.Path(folder) / "kernels" / "kurultai"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps({
            "argv": [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Kurultai", "language": "python"}), encoding="utf-8")
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("JUPYTER_PATH")]))
        os.environ["KURULTAI_RESULT"] = str(result.resolve())
        os.environ["KURULTAI_ANALYSIS"] = str(pathlib.Path(__file__).resolve().parent)
        if figures is not None:
            figures.mkdir(parents=True, exist_ok=True)
            os.environ["KURULTAI_FIGURES"] = str(figures.resolve())
        node = nbformat.read(notebook, as_version=4)
        ExecutePreprocessor(timeout=timeout, kernel_name="kurultai").preprocess(
            node, {"metadata": {"path": str(notebook.resolve().parent)}})
        if out.suffix == ".html":
            text = HTMLExporter().from_notebook_node(node)[0]
            verb.write_text(out, text.replace("<head>", f"<head>{output.GENERATOR}", 1))
        else:
            node.metadata["generator"] = "Kurultai"
            verb.write_text(out, nbformat.writes(node))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--figures", type=pathlib.Path)
    options = parser.parse_args()
    for path in (options.notebook, options.result):
        if not path.is_file():
            print(f"{path}: no such file", file=sys.stderr)
            return 1
    out = options.out or options.result.with_name(options.notebook.stem + ".html")
    try:
        execute(options.notebook, options.result, out, options.figures)
    except output.OutputError as error:
        print(error, file=sys.stderr)
        return 5
    except Exception as error:  # whatever a cell raises is what the caller wants to read
        print(error, file=sys.stderr)
        return 1
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
