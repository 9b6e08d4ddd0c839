"""Small runs give the digests kept in tests/regression/digests.json: on every compiler, C library and machine. These
digests name the model in what ./kurultai results keeps (analysis/kept.py). What of a run changed, the kept files of the
cases "country" tell.

A digest that changes on purpose is a change of results: say so in CHANGELOG.md, then run this file with
KURULTAI_UPDATE=1 to keep the new ones.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "regression" / "digests.json"
PROGRAM = os.environ["KURULTAI_BINARY"]
CASES = {
    "kazakhstan": ["scenarios/kazakhstan.toml", "--scale", "0.002", "--weeks", "60", "--set", "run.warmup=20"],
    "kazakhstan, another seed": [
        "scenarios/kazakhstan.toml",
        "--scale",
        "0.002",
        "--weeks",
        "20",
        "--seed",
        "2",
        "--set",
        "run.warmup=0",
    ],
    "kazakhstan, threshold rule": [
        "scenarios/kazakhstan.toml",
        "--scale",
        "0.002",
        "--weeks",
        "60",
        "--set",
        "run.warmup=0",
        "--set",
        "participation.rule=threshold",
    ],
    "village": ["scenarios/village.toml", "--weeks", "60"],
}


def digest_of(arguments, folder, threads):
    out = str(pathlib.Path(folder) / "x.h5")
    subprocess.run(
        [PROGRAM, "run", *arguments, "--out", out, "--force", "--progress", "none", "--threads", str(threads)],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    return subprocess.run([PROGRAM, "digest", out], check=True, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def main():
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    found, failures = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in CASES.items():
            found[name] = digest_of(arguments, folder, 1)
            if digest_of(arguments, folder, 3) != found[name]:
                print(f"FAILED {name}: three threads give another digest than one")
                failures += 1
    if os.environ.get("KURULTAI_UPDATE"):
        KEPT.write_text(json.dumps(found, indent=2) + "\n")
        print(f"kept {len(found)} digests in {KEPT}")
        return failures
    if len(set(found.values())) != len(found):
        print("FAILED two cases give the same digest")
        failures += 1
    for name, digest in found.items():
        if kept.get(name) != digest:
            print(f"FAILED {name}: digest {digest}, kept {kept.get(name)}")
            failures += 1
    print(f"{len(found)} digests, {failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
