# What a person types. Everything runs inside .venv, which the first target that needs it makes.
VENV := .venv
NEWEST := .venv-newest
AXOLOTL := .venv-axolotl
MODEL := models/smollm2-135m-instruct
PY := $(VENV)/bin/python
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder
export AXOLOTL_DO_NOT_TRACK := 1
export DO_NOT_TRACK := 1

.PHONY: setup model demo test check check-axolotl render clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints/py311.txt constraints/py312.txt tools/setup.sh
	tools/setup.sh $(VENV)

$(NEWEST)/.ready: pyproject.toml constraints/lm_eval_newest.txt tools/setup.sh
	tools/setup.sh $(NEWEST) newest

$(AXOLOTL)/.ready: pyproject.toml constraints/py312.txt tools/setup.sh
	PYTHON=$${PYTHON:-python3.12} tools/setup.sh $(AXOLOTL)

# The embedded model; checked by hash, so making it again is free.
model: setup
	$(VENV)/bin/medlong model smollm2 $(MODEL)

# The main job, end to end: exam, mixtures, training, exam again, comparison. Skips what is done.
demo: model
	$(PY) -u tools/demo.py

# Every rendered file from its one source.
render: setup
	$(PY) tools/render_tasks.py
	$(VENV)/bin/medlong recipe render

# Fast checks: style, types, rendered files fresh, wheel complete.
check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) tools/render_tasks.py --check
	$(VENV)/bin/medlong recipe render --check
	$(PY) tools/check_wheel.py

# All tests, beside Axolotl's lm_eval, and those that meet lm_eval again beside the newest; a file's tests stay together.
test: export OMP_NUM_THREADS := 1
test: check model $(NEWEST)/.ready
	$(NEWEST)/bin/python -m pytest $(SPREAD) tests/exam/test_tasks.py tests/exam/test_show.py tests/lm tests/harness tests/declarations
	$(PY) -m pytest $(SPREAD)

# Every recipe and study once more beside the newest Axolotl, which needs Python 3.12 (PYTHON names it) and 7 GB.
check-axolotl: $(AXOLOTL)/.ready
	$(AXOLOTL)/bin/python -m pytest tests/training/test_check.py tests/training/test_shipped_recipes.py tests/training/test_studies.py

clean:
	rm -rf build runs
