"""Every fault a user can make ends in one message, exit code 2 and no traceback."""

import pytest

from medlong.cli import main


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["mix", "build", "nowhere.yaml"], "nowhere.yaml"),
        (["compare", "nowhere"], "nowhere: no such folder"),
        (["recipe", "check", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_missing_file_is_named(argv, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert error.startswith("medlong: error: ")
    assert message in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["mixx"])
    assert stop.value.code == 2
    assert "invalid choice: 'mixx'" in capsys.readouterr().err


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["link", "--frobnicate"])
    assert stop.value.code == 2
    assert "unrecognized arguments: --frobnicate" in capsys.readouterr().err


def test_path_prints_a_declaration_folder(capsys):
    assert main(["path", "lm_eval_tasks"]) == 0
    assert capsys.readouterr().out.strip().endswith("lm_eval_tasks")
