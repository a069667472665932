"""The tokenizer of the model to be trained, and the chat template that rows are counted under."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import Field

from medlong.catalog import unknown
from medlong.config import Strict, read_text
from medlong.errors import ConfigError, MissingPackageError
from medlong.hashing import digest, file_digest, text_digest
from medlong.hub import is_commit

TOKENIZER_FILES = (
    "added_tokens.json",
    "chat_template.jinja",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
)
"""Files of a folder that decide how text becomes tokens."""


class TokenizerSpec(Strict):
    """The tokenizer that lengths are counted with: that of the model to be trained."""

    path: str = Field(min_length=1)
    """A folder, from the mixture file's folder or the current one, or an id on the hub."""

    revision: str | None = None
    """The commit on the hub, 40 digits; of a folder its fingerprint, when the build should insist on it."""

    chat_template: str = Field(default="tokenizer_default", min_length=1)
    """`tokenizer_default`, a .jinja file, or a template's name in Axolotl (needs it installed); as in the recipe."""

    def beside(self, folder: Path) -> "TokenizerSpec":
        """Return this with the paths that lie in `folder` made whole, for use from anywhere."""
        whole = {
            key: str((folder / value).resolve())
            for key, value in (("path", self.path), ("chat_template", self.chat_template))
            if (folder / value).exists()
        }
        return self.model_copy(update=whole)


def load(spec: TokenizerSpec) -> tuple[Any, str]:
    """Return a tokenizer and the source of its chat template.

    Raises:
        ConfigError: If the tokenizer is not there, has another revision, or has no chat template.
        MissingPackageError: If transformers, or Axolotl for a template of its own, is not installed.
    """
    if find_spec("transformers") is None:
        raise MissingPackageError("counting tokens needs transformers: pip install 'medlong[mix]'")
    from transformers import AutoTokenizer

    _check_revision(spec)
    revision = {} if Path(spec.path).is_dir() else {"revision": spec.revision}
    try:
        tokenizer = AutoTokenizer.from_pretrained(spec.path, **revision)
    except Exception as error:  # broken tokenizer files end in errors of every class, plain Exception included
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"tokenizer: {spec.path!r} cannot be loaded: {reason}") from None
    if not tokenizer.is_fast:
        raise ConfigError(f"tokenizer: {spec.path!r} has no tokenizer.json, without which tokens cannot be placed")
    return tokenizer, _template_source(spec, tokenizer)


def identity(tokenizer: TokenizerSpec) -> dict[str, str]:
    """Return what a manifest says of a tokenizer: no path, and the same for the same counts.

    Raises:
        ConfigError: As `load` does.
        MissingPackageError: As `load` does.
    """
    revision = _fingerprint(Path(tokenizer.path)) if Path(tokenizer.path).is_dir() else str(tokenizer.revision)
    name = Path(tokenizer.path).name if Path(tokenizer.path).is_dir() else tokenizer.path
    return {"name": name, "revision": revision, "chat_template_sha256": text_digest(load(tokenizer)[1])}


def stamp(tokenizer: TokenizerSpec) -> dict[str, str]:
    """Return what decides the counts of a tokenizer without loading it: no path, and files by what they hold."""
    folder, template = Path(tokenizer.path), Path(tokenizer.chat_template)
    return {
        "path": folder.name if folder.is_dir() else tokenizer.path,
        "revision": _fingerprint(folder) if folder.is_dir() else str(tokenizer.revision),
        "chat_template": file_digest(template) if template.is_file() else tokenizer.chat_template,
    }


def _check_revision(spec: TokenizerSpec) -> None:
    folder = Path(spec.path)
    if folder.is_dir():
        found = _fingerprint(folder)
        if spec.revision not in (None, found):
            raise ConfigError(f"tokenizer: {folder} has revision {found}, the mixture wants {spec.revision}")
    elif folder.is_absolute() or spec.path.startswith(".") or spec.path.count("/") > 1:
        raise ConfigError(f"tokenizer: there is no folder {spec.path!r}")
    elif spec.revision is None or not is_commit(spec.revision):
        hint = "give the commit, 40 digits, as its revision, since names and tags can come to mean another one"
        raise ConfigError(f"tokenizer: there is no folder {spec.path!r}; if it is an id on the hub, {hint}")


def _fingerprint(folder: Path) -> str:
    """What identifies the tokenizer files of a folder."""
    present = [name for name in TOKENIZER_FILES if (folder / name).is_file()]
    return digest([[name, file_digest(folder / name)] for name in present])[:16]


def _template_source(spec: TokenizerSpec, tokenizer: Any) -> str:
    if spec.chat_template == "tokenizer_default":
        if not isinstance(tokenizer.chat_template, str):
            hint = "name one with chat_template: a .jinja file, or a name that Axolotl knows such as chatml"
            raise ConfigError(f"tokenizer: {spec.path!r} has no chat template; {hint}")
        return tokenizer.chat_template
    if spec.chat_template.endswith(".jinja"):
        return read_text(Path(spec.chat_template))
    return _axolotl_template(spec.chat_template)


def _axolotl_template(name: str) -> str:
    """The text of a template that Axolotl ships, read without importing it."""
    package = find_spec("axolotl")
    if package is None or not package.submodule_search_locations:
        hint = "pip install 'medlong[train]', or give a .jinja file"
        raise MissingPackageError(f"tokenizer: chat_template {name!r} is Axolotl's, which is not installed: {hint}")
    folder = Path(package.submodule_search_locations[0]) / "utils" / "chat_templates" / "templates"
    files = {path.stem: path for path in sorted(folder.glob("*.jinja"))}
    if name not in files:
        raise ConfigError(f"tokenizer: chat_template: {unknown('template', name, ['tokenizer_default', *files])}")
    return read_text(files[name])
