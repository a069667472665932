#!/bin/sh
# Make a virtual environment with everything medlong runs on, from pinned versions.
#   tools/setup.sh [VENV]          the whole set: exam, training, report, tests (default .venv)
#   tools/setup.sh VENV newest     the exam alone, beside the newest lm_eval the project is tested with
# PYTHON names the interpreter (3.11 or newer). A CPU-only machine needs no flags: without a GPU, the CPU
# build of torch is taken, from $PIP_FIND_LINKS where that holds one, else from PyTorch's own index.
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
python=${PYTHON:-python3}
[ -x "$venv/bin/python" ] && python=$venv/bin/python   # what is there already decides the pins
version=$("$python" -c 'import sys; print("%d%02d" % sys.version_info[:2])') || {
    echo "setup: $python does not run; set PYTHON to a Python 3.11 or newer" >&2; exit 2; }
if [ "$version" -lt 311 ]; then
    echo "setup: $python is Python $version, and medlong needs 3.11 or newer; set PYTHON" >&2; exit 2
fi
if [ "${2:-}" = newest ]; then
    pins=constraints/lm_eval_newest.txt extras=eval,report
    more="pytest pytest-timeout pytest-xdist hypothesis"
else
    pins=constraints/py$([ "$version" -ge 312 ] && echo 312 || echo 311).txt extras=eval,train,report,mix,ray,dev
    more=
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
if ls "${PIP_FIND_LINKS:-/nonexistent}"/torch-*+cpu-* >/dev/null 2>&1; then
    export UV_FIND_LINKS="$PIP_FIND_LINKS"
    backend=
else
    backend=--torch-backend=auto
fi
# shellcheck disable=SC2086
"$venv/bin/uv" pip install --compile-bytecode --python "$venv/bin/python" $backend \
    --constraint "$pins" $more --editable ".[$extras]"
"$venv/bin/medlong" link
touch "$venv/.ready"
