"""The files of a policy as somebody names them on the command line: YAML files, and folders of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dayone_cli.failures import Misused

_SUFFIXES = {".yaml", ".yml"}


def policy_texts(places: Sequence[Path], *, shown: bool = False) -> Mapping[str, str]:
    """Return the texts by name: a file's last part, or its path below a given folder.

    These names are those in reasons, so they are the same wherever the command is typed. With `shown` they are paths as
    they were typed, for messages that an editor can follow. Raises Misused.
    """
    texts: dict[str, str] = {}
    for place in places:
        for file in _files(place):
            name = str(file) if shown else _short(file, place)
            if name in texts:
                raise Misused("Two files have the same name", detail=f"{name}: name the folder above them instead")
            texts[name] = _text(file)
    return texts


def _files(place: Path) -> Sequence[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise Misused("No such file or folder", detail=str(place))
    found = sorted(path for path in _below(place) if path.suffix.casefold() in _SUFFIXES and path.is_file())
    if not found:
        raise Misused("No policy files found", detail=f"{place} has no .yaml files")
    return found


def _below(place: Path) -> Iterator[Path]:
    # What is hidden is not looked into: a repository's own folders can have a hundred thousand files.
    for folder, folders, files in place.walk():
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (folder / name for name in files if not name.startswith("."))


def _short(file: Path, place: Path) -> str:
    return file.name if file == place else file.relative_to(place).as_posix()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Misused("Not UTF-8", detail=f"{file}: save it as UTF-8") from error
    except OSError as error:
        raise Misused("The file cannot be read", detail=str(error)) from error
