"""Build the wheel from what git tracks and compare its content with git's list of the packaged folders.

python tools/check_wheel.py
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAPPED = {"medlong": "medlong", **{name: f"medlong/{name}" for name in ("lm_eval_tasks", "mixtures", "recipes")}}


def expected(tracked: list[str]) -> set[str]:
    """Return the wheel's content that the tracked files ask for."""
    found = set()
    for name in tracked:
        top, _, rest = name.partition("/")
        if top in MAPPED and rest:
            found.add(f"{MAPPED[top]}/{rest}")
    return found


def main() -> int:
    """Print what is missing from the wheel or too much in it; return 1 if anything is."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "source"
        for name in filter(None, tracked):
            if (ROOT / name).is_file():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                (source / name).write_bytes((ROOT / name).read_bytes())
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work, str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
            return 1
        (wheel,) = Path(work).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = expected([name for name in tracked if name and (ROOT / name).is_file()])
    for name in sorted(wanted - packed):
        print(f"missing from the wheel: {name}")
    for name in sorted(packed - wanted):
        print(f"in the wheel but not tracked: {name}")
    if wanted == packed:
        print(f"the wheel holds the {len(packed)} tracked files")
    return int(wanted != packed)


if __name__ == "__main__":
    sys.exit(main())
