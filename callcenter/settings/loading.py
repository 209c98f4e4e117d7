"""Reads the settings; what is wrong is told by file, key and what is allowed there."""

import os
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsConfigDict, SettingsError

from callcenter.errors import SetupFailed
from callcenter.settings.whole import Settings


def load(config: Path | None = None) -> Settings:
    """The settings of that file, or of `callcenter.toml` here if there is one, overridden by variables.

    Raises SetupFailed naming the file or the variable, the key, and what is allowed there; never a value, which may be
    a secret.
    """
    path = config or Path("callcenter.toml")
    if config is not None and not config.is_file():
        raise SetupFailed(f"{config}: there is no such file")
    source = type("SettingsOfFile", (Settings,), {"model_config": SettingsConfigDict(toml_file=path)})
    try:
        settings: Settings = source()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupFailed(f"{path}: this is not TOML: {error}") from error
    except OSError as error:
        raise SetupFailed(f"{path}: cannot be read: {error.strerror}") from error
    except SettingsError as error:
        raise SetupFailed(f"the variables {Settings.model_config['env_prefix']}*: {error}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise SetupFailed(
            "\n".join(_fault(path, fault["loc"], fault["type"], fault["msg"]) for fault in faults)
        ) from None
    return settings


def _fault(path: Path, place: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(str(step) for step in place)
    if kind == "extra_forbidden":
        message = f"there is no such key; known here: {', '.join(_section(place).model_fields)}"
    return f"{_origin(path, place)}: {key}: {message.removeprefix('Value error, ')}"


def _origin(path: Path, place: tuple[int | str, ...]) -> str:
    names = [
        "CALLCENTER_" + "__".join(str(step).upper() for step in place[:length]) for length in range(1, len(place) + 1)
    ]
    return next((f"variable {name}" for name in reversed(names) if name in os.environ), str(path))


def _section(place: tuple[int | str, ...]) -> type[BaseModel]:
    """The section in which a key was not known: follows the models named by the steps before it."""
    section: type[BaseModel] = Settings
    for step in place[:-1]:
        field = section.model_fields.get(str(step))
        candidates: list[Any] = [field.annotation, *get_args(field.annotation)] if field else []
        section = next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)), section)
    return section
