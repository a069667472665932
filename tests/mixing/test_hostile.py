"""Whatever is wrong with the data or the disk: the command says so once, clearly, and leaves nothing behind."""

import gzip
import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

Command = Callable[[Path, Path], list[str]]
GOOD = "".join(json.dumps({"question": f"Question {n}?", "answer": f"Answer {n}."}) + "\n" for n in range(40))

MEASURED = """
import resource, sys
from medlong.cli import main
status = main(sys.argv[1:])
lines = open("/proc/self/status").read().splitlines()
own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print("peak", max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
sys.exit(status)
"""

REMOVE = """
import os, sys
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].endswith("/a.jsonl"):
        try:
            os.unlink(arguments[0].replace("/a.jsonl", "/b.jsonl"))
        except OSError:
            pass
sys.addaudithook(hook)
"""
"""As sitecustomize.py in every process of a build: whoever opens a.jsonl removes b.jsonl before."""

REPLACE = """
import os, sys
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].endswith("/b.jsonl"):
        folder = arguments[0][:-len("b.jsonl")]
        try:
            os.mkdir(folder + "opened")
        except FileExistsError:
            try:
                os.replace(folder + "next", arguments[0])
            except FileNotFoundError:
                pass
sys.addaudithook(hook)
"""
"""Whoever is the second to open b.jsonl finds another file there."""


def meddling(folder: Path, code: str) -> dict[str, str]:
    """Return the environment in which every Python runs `code` first."""
    (folder / "meddle").mkdir()
    (folder / "meddle" / "sitecustomize.py").write_text(code)
    path = [str(folder / "meddle"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


@pytest.fixture
def mixture(tmp_path: Path) -> Callable[..., Path]:
    """Write a mixture of a.jsonl and a second file, both sound until a test spoils them."""

    def write(second: str = "b.jsonl", source: Mapping[str, object] | None = None, total: int = 40) -> Path:
        (tmp_path / "a.jsonl").write_text(GOOD)
        plain = {"format": "qa", "licence": "MIT"}
        spec = {
            "medlong_mixture": 1,
            "name": "trial",
            "sources": {"a": {"files": ["a.jsonl"], **plain}, "b": {"files": [second], **plain, **(source or {})}},
            "components": {"general": {"sources": ["a"]}, "medical": {"sources": ["b"]}},
            "shares": {"general": 0.5, "medical": 0.5},
            "total": total,
        }
        (tmp_path / "mix.yaml").write_text(yaml.safe_dump(spec))
        return tmp_path / "mix.yaml"

    return write


def left_in(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir()) if out.is_dir() else []


@pytest.fixture
def refused(command: Command, tmp_path: Path) -> Callable[..., str]:
    """Build a mixture that cannot be built; the message."""

    def run(path: Path, out: Path | None = None, **options: object) -> str:
        out = out or tmp_path / "out"
        before = left_in(out)
        done = subprocess.run(command(path, out), capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload]
        assert done.returncode == 2, done.stderr[-2000:]
        assert done.stdout == ""
        first, *more = done.stderr.splitlines()
        assert first.startswith("medlong: error: ")
        assert all(line.startswith("  ") for line in more), done.stderr[-2000:]
        assert "Traceback" not in done.stderr
        assert left_in(out) == before
        return str(done.stderr)

    return run


def test_what_is_spoilt_below_is_sound(mixture: Callable[..., Path], command: Command, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(GOOD.replace("Q", "Another q"))
    subprocess.run(command(mixture(), tmp_path / "out"), check=True, capture_output=True)


def line(text: str) -> bytes:
    return json.dumps({"question": text, "answer": "A"}).encode() + b"\n"


SPOILT: dict[str, tuple[str, bytes, str]] = {
    "a null character": ("b.jsonl", GOOD.encode() + line("a\0b"), "b.jsonl: line 41: user: has a null character"),
    "a null byte": ("b.jsonl", GOOD.encode() + b'{"question": "a\0b", "answer": "A"}\n', "b.jsonl: line 41: not JSON"),
    "null bytes behind the end": ("b.jsonl", GOOD.encode() + bytes(4096), "b.jsonl: line 41: not JSON"),
    "another encoding": (
        "b.jsonl",
        GOOD.encode() + '{"question": "大小", "answer": "A"}\n'.encode("gb18030"),
        "b.jsonl: line 41: not UTF-8 text",
    ),
    "utf-16": ("b.jsonl", GOOD.encode("utf-16"), "b.jsonl: line 1: not UTF-8 text"),
    "half a surrogate pair": ("b.jsonl", GOOD.encode() + line("\ud800"), "b.jsonl: line 41: user: has half a surrog"),
    "cut in a row": ("b.jsonl", GOOD.encode()[:-20], "b.jsonl: line 40: not JSON"),
    "cut .gz": ("b.jsonl.gz", gzip.compress(GOOD.encode())[:-12], "b.jsonl.gz: cut off or damaged"),
    "damaged .gz": ("b.jsonl.gz", gzip.compress(GOOD.encode())[:-8] + bytes(8), "b.jsonl.gz: cannot be read: CRC"),
    "no .gz": ("b.jsonl.gz", GOOD.encode(), "b.jsonl.gz: cannot be read: Not a gzipped file"),
    "no .zst": ("b.jsonl.zst", GOOD.encode(), "b.jsonl.zst: cut off or damaged"),
    "an empty .jsonl": ("b.jsonl", b"", "source 'b': have 0 distinct rows, need 20"),
    "an empty .json": ("b.json", b"", "b.json: expected a list of records"),
    "an empty .csv": ("b.csv", b"", "source 'b': have 0 distinct rows, need 20"),
    "an empty .parquet": ("b.parquet", b"", "b.parquet: not Parquet, or damaged"),
    "an empty .zst": ("b.jsonl.zst", b"", "source 'b': have 0 distinct rows, need 20"),
    "only empty lines": ("b.jsonl", b"\n \n\n" * 99, "source 'b': have 0 distinct rows, need 20"),
    "a number of too many digits": ("b.jsonl", GOOD.encode() + b"[" + b"9" * 5000 + b"]", "b.jsonl: line 41: a number"),
    "nested too deeply": ("b.jsonl", GOOD.encode() + b"[" * 200_000, "b.jsonl: line 41: nested too deeply"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_file(mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path, case: str) -> None:
    name, data, message = SPOILT[case]
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    if name.endswith(".zst"):
        pytest.importorskip("zstandard")
    (tmp_path / name).write_bytes(data)
    assert message in refused(mixture(name))


def test_a_cut_zst(mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path) -> None:
    packed = pytest.importorskip("zstandard").ZstdCompressor().compress(GOOD.encode())
    (tmp_path / "b.jsonl.zst").write_bytes(packed[:-20])
    assert "b.jsonl.zst: cut off or damaged" in refused(mixture("b.jsonl.zst"))


def test_a_file_whose_reading_fails(mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path) -> None:
    if os.geteuid():
        (tmp_path / "b.jsonl").write_text(GOOD)
        (tmp_path / "b.jsonl").chmod(0)
        assert "b.jsonl: cannot be read: Permission denied" in refused(mixture())
    elif not Path("/proc/self/mem").exists():
        pytest.skip("root may read every file, and there is no /proc/self/mem, which nobody can read at its start")
    else:
        (tmp_path / "b.jsonl").symlink_to("/proc/self/mem")
        message = refused(mixture())
        assert "cannot be read: Input/output error" in message


def test_a_folder_a_circle_and_nothing(
    mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path
) -> None:
    path = mixture()
    assert "source 'b': no file matches 'b.jsonl'" in refused(path)
    (tmp_path / "b.jsonl").mkdir()
    assert "'b.jsonl' is a folder, give the files in it: b.jsonl/*.jsonl" in refused(path)
    (tmp_path / "b.jsonl").rmdir()
    (tmp_path / "b.jsonl").symlink_to("c.jsonl")
    (tmp_path / "c.jsonl").symlink_to("b.jsonl")
    assert "b.jsonl is a link to itself or to nothing" in refused(mixture("[bc].jsonl"))


def test_a_circle_that_is_named(mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").symlink_to("b.jsonl")
    assert "b.jsonl is a link to itself or to nothing" in refused(mixture())


def test_a_file_that_is_removed_meanwhile(
    mixture: Callable[..., Path], refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "b.jsonl").write_text(GOOD)
    message = refused(mixture(), env=meddling(tmp_path, REMOVE))
    assert not (tmp_path / "b.jsonl").exists()
    assert "b.jsonl" in message
    assert any(words in message for words in ("no such file", "no file matches", "changed while"))


def test_a_file_that_is_replaced_meanwhile_gives_no_mixture_of_both(
    mixture: Callable[..., Path], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "b.jsonl").write_text(GOOD.replace("Question", "Former q"))
    (tmp_path / "next").write_text(GOOD.replace("Question", "Latter q"))
    path, environment = mixture(), meddling(tmp_path, REPLACE)
    done = subprocess.run(command(path, tmp_path / "out"), capture_output=True, text=True, env=environment)
    if done.returncode:
        assert done.returncode == 2
        assert "b.jsonl: changed while it was being read; build again" in done.stderr
        assert "Traceback" not in done.stderr
        assert left_in(tmp_path / "out") == []
    else:
        (name,) = left_in(tmp_path / "out")
        text = (tmp_path / "out" / name / "train.jsonl").read_text()
        assert ("Former" in text) != ("Latter" in text)
    for out in ("out", "other"):
        subprocess.run(command(path, tmp_path / out), check=True, capture_output=True)
    (name,) = left_in(tmp_path / "other")
    built, again = (
        {place.name: place.read_bytes() for place in (tmp_path / out / name).iterdir()} for out in ("out", "other")
    )
    assert built == again, "nothing of the build that failed is taken up"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("allowed", [False, True], ids=["refused", "left out"])
@pytest.mark.parametrize(
    "letter",
    ["x", "é", "中", "😀"],
    ids=["1 byte", "2 bytes", "3 bytes", "4 bytes"],
)
def test_a_line_of_300_megabytes_is_not_held(
    mixture: Callable[..., Path], command: Command, tmp_path: Path, allowed: bool, letter: str
) -> None:
    """No more than the 64 MiB of the longest line that is read, twice while its pieces are joined."""
    path = mixture(source={"bad_rows": "0.1"} if allowed else {})
    block = letter * ((1 << 20) // len(letter.encode()))
    peaks = []
    for times in (0, 300):
        with (tmp_path / "b.jsonl").open("w", encoding="utf-8") as file:
            file.write(GOOD + '{"question": "')
            for _ in range(times):
                file.write(block)
            file.write("\n" + GOOD.replace("Question", "Other"))
        words = [sys.executable, "-c", MEASURED, *command(path, tmp_path / f"out{times}")[3:]]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        assert done.returncode == (0 if allowed else 2), done.stderr[-2000:]
        assert allowed or f"{tmp_path / 'b.jsonl'}: line 41: " in done.stderr
        assert len(done.stderr) < 1000
        peaks.append(int(done.stdout.split("peak ")[1]))
    (tmp_path / "b.jsonl").unlink()
    assert peaks[1] - peaks[0] < 160, f"MiB of a build with a short line, and with one of 300 MiB: {peaks}"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount a small file system of its own, or skip."""
    places = []

    def mount(options: str) -> Path:
        if not sys.platform.startswith("linux") or os.geteuid():
            pytest.skip("a small disk is mounted by root on Linux alone")
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True)
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.decode().strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def large(mixture: Callable[..., Path], tmp_path: Path) -> Path:
    """A mixture of about four megabytes."""
    path = mixture(total=8000)
    chance = random.Random(3)
    for name in "ab":
        rows = [{"question": f"{name}{n} {chance.randbytes(120).hex()}", "answer": "A"} for n in range(5000)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def limit(most: int) -> Callable[[], None]:
    """Return what lets a process write no file of more bytes than `most`."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


SIZES = [100, 64 << 10, 1 << 20]
"""Of a disk, or of its largest file: at the first row, within a file, near the end."""


@pytest.mark.parametrize("size", SIZES)
def test_a_full_disk(large: Path, small_disk: Callable[..., Path], refused: Callable[..., str], size: int) -> None:
    place = small_disk(f"size={max(size, 4096)}")
    message = refused(large, place)
    assert "No space left on device" in message
    assert str(place) in message


@pytest.mark.parametrize("size", SIZES)
def test_files_that_may_not_grow(large: Path, refused: Callable[..., str], tmp_path: Path, size: int) -> None:
    message = refused(large, preexec_fn=limit(size))
    assert "File too large" in message
    assert str(tmp_path / "out") in message


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_left_on_a_full_disk_and_the_next_build_is_sound(
    large: Path, command: Command, tmp_path: Path, size: int
) -> None:
    words = command(large, tmp_path / "out")
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit(size))
    assert done.returncode != 0
    assert left_in(tmp_path / "out") == []
    subprocess.run(words, check=True, capture_output=True)
    assert len(left_in(tmp_path / "out")) == 1


def test_an_out_that_is_no_folder_or_cannot_be_written(
    mixture: Callable[..., Path], refused: Callable[..., str], small_disk: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "b.jsonl").write_text(GOOD.replace("Q", "Another q"))
    path = mixture()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere/at/all")
    for out in (tmp_path / "file", tmp_path / "file" / "in"):
        assert f"{tmp_path / 'file'}" in (message := refused(path, out))
        assert "is a file, expected a folder" in message
    if Path("/proc/self").exists():
        assert "/proc/x" in refused(path, Path("/proc/x"))
    assert str(tmp_path / "link") in refused(path, tmp_path / "link")
    place = small_disk("size=1m,ro")
    assert str(place) in (message := refused(path, place))
    assert "Read-only file system" in message
