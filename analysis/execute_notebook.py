#!/usr/bin/python3
"""Runs a notebook on a result file, from the shell and with the Python that runs this script:

    /usr/bin/python3 analysis/execute_notebook.py analysis/participation.ipynb results/kazakhstan.h5 [--out OUT.html]
        [--figures FOLDER]

Writes the executed notebook (.ipynb) or a page (.html) to --out, by default the notebook's name with .html beside
the result. Exits with 1 and the cell's error if a cell fails, with 5 if the page may not be written or the notebook or
the result cannot be read.
"""
if __name__ == "__main__":
    import verb

    verb.begin("execute_notebook")

import contextlib
import json
import os
import pathlib
import sys
import tempfile
from typing import Any, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import verb  # noqa: E402
from kurultai import output  # noqa: E402


def read(notebook: pathlib.Path) -> Any:
    """The notebook; raises verb.Refusal if it is none."""
    import nbformat

    if notebook.exists() and not notebook.is_file():
        raise verb.Refusal(verb.STORAGE, f"{notebook}: not a notebook (it is not a regular file) name a file .ipynb")
    try:
        return nbformat.reads(notebook.read_text(encoding="utf-8"), as_version=4)
    except OSError as error:
        raise verb.Refusal(
            verb.STORAGE, f"{notebook}: cannot read the notebook ({error.strerror}) check the path and its rights"
        ) from None
    except Exception as error:  # of the reader of JSON, of nbformat and its schema
        raise verb.Refusal(
            verb.STORAGE, f"{notebook}: not a notebook ({str(error).splitlines()[0][:100]}) name a file .ipynb"
        ) from None


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Standard output and error lead to nowhere: a kernel inherits them, and ends where it cannot write to them."""
    kept = [os.dup(stream) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        yield
    finally:
        for stream, before in zip((1, 2), kept):
            os.dup2(before, stream)
            os.close(before)
        os.close(nowhere)


def execute(
    notebook: pathlib.Path,
    result: pathlib.Path,
    out: pathlib.Path,
    figures: "pathlib.Path | None" = None,
    timeout: int = 600,
    node: "Any | None" = None,
) -> None:
    """Executes `notebook` (read before: `node`) on `result` and writes it to `out` (.ipynb or .html); `timeout` is
    seconds a cell. Raises nbclient's CellExecutionError if a cell fails."""
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    with output.claim([out], inputs=[notebook, result]), tempfile.TemporaryDirectory() as folder:
        # A kernel of our own: the one that Jupyter would find may belong to another Python, without our packages.
        kernel = pathlib.Path(folder) / "kernels" / "kurultai"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(
            json.dumps(
                {
                    "argv": [
                        sys.executable,
                        "-Xfrozen_modules=off",
                        "-m",
                        "ipykernel_launcher",
                        "-f",
                        "{connection_file}",
                    ],
                    "display_name": "Kurultai",
                    "language": "python",
                }
            ),
            encoding="utf-8",
        )
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("JUPYTER_PATH")]))
        os.environ["KURULTAI_RESULT"] = str(result.resolve())
        os.environ["KURULTAI_ANALYSIS"] = str(pathlib.Path(__file__).resolve().parent)
        if figures is not None:
            figures.mkdir(parents=True, exist_ok=True)
            os.environ["KURULTAI_FIGURES"] = str(figures.resolve())
        node = read(notebook) if node is None else node
        with silent():
            ExecutePreprocessor(timeout=timeout, kernel_name="kurultai").preprocess(
                node, {"metadata": {"path": str(notebook.resolve().parent)}}
            )
        if out.suffix == ".html":
            text = HTMLExporter().from_notebook_node(node)[0]
            verb.write_text(out, text.replace("<head>", f"<head>{output.GENERATOR}", 1))
        else:
            node.metadata["generator"] = "Kurultai"
            verb.write_text(out, nbformat.writes(node))


def refusal(error: BaseException) -> verb.Refusal:
    """What is said of a notebook that did not run to its end: the cell's error, all of it; code 5 or 7 where it is the
    machine's."""
    words = f"{type(error).__name__}: {error}"
    if any(word in words for word in ("Errno 27", "Errno 28", "File too large", "No space left")):
        return verb.Refusal(
            verb.STORAGE,
            "the notebook cannot write (no room, or a limit: ulimit -f) make room, or choose another folder",
        )
    if (
        any(word in words.lower() for word in verb.NO_MEMORY)
        or "MemoryError" in words
        or (type(error).__name__ == "DeadKernelError" and verb.memory_is_limited())
    ):
        return verb.Refusal(verb.MEMORY, "not enough memory for the notebook raise the limit: ulimit -v, ulimit -u")
    print(error, file=sys.stderr)
    return verb.Refusal(
        verb.INTERNAL, f"a cell of the notebook failed ({words.splitlines()[-1][:200]}) its traceback stands above"
    )


def main() -> int:
    parser = verb.Parser(prog="execute_notebook", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=pathlib.Path, metavar="NOTEBOOK.ipynb")
    parser.add_argument("result", type=pathlib.Path, metavar="RESULT.h5")
    parser.add_argument("--out", type=pathlib.Path, metavar="PAGE.html")
    parser.add_argument("--figures", type=pathlib.Path, metavar="FOLDER")
    options = parser.parse_args()
    out = options.out or options.result.with_name(options.notebook.stem + ".html")
    if out.suffix not in (".html", ".ipynb"):
        parser.error(f"argument --out: {out} is no name for a notebook; name it .html or .ipynb")
    import kurultai

    kurultai.open_result(options.result)  # refused before minutes are spent
    node = read(options.notebook)
    try:
        execute(options.notebook, options.result, out, options.figures, node=node)
    except output.OutputError as error:
        raise verb.Refusal(verb.STORAGE, str(error)) from None
    except (verb.Refusal, MemoryError):
        raise
    except Exception as error:  # whatever a cell raises is what the caller wants to read
        raise refusal(error) from None
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
