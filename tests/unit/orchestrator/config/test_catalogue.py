from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.config import catalogue
from orchestrator.config.catalogue import KINDS, NO_DEFAULT, Setting
from orchestrator.config.rules import HttpUrls
from orchestrator.config.settings import HEADINGS


@pytest.mark.parametrize("setting", catalogue().values(), ids=lambda setting: setting.name)
def test_every_setting_is_described_and_has_an_allowed_default(setting: Setting) -> None:
    assert setting.description.endswith(".")
    assert setting.kind in KINDS
    if setting.default is not NO_DEFAULT:
        assert all(rule.allows(setting.default) for rule in setting.rules)
    assert setting.rules or setting.kind in (bool, Path)


def test_headings_stand_before_settings() -> None:
    assert set(HEADINGS) <= set(catalogue())


def made(kind: Any, *rules: Any) -> Setting:
    return Setting("x", "X", None, kind, rules, None, secret=False, description="")


@pytest.mark.parametrize(
    ("setting", "raw", "expected"),
    [
        (made(bool), "Yes", True),
        (made(bool), "0", False),
        (made(bool), False, False),
        (made(tuple[str, ...]), "a, b,", ("a", "b")),
        (made(tuple[str, ...]), ["a", " b "], ("a", "b")),
        (made(tuple[str, ...], HttpUrls()), "http://a:8001,https://b", ("http://a:8001", "https://b")),
        (made(Path), "~/x", Path("~/x").expanduser()),
        (made(int), "12", 12),
        (made(int), 12.0, 12),
        (made(float), 3, 3.0),
    ],
)
def test_texts_and_values_of_files_are_understood(setting: Setting, raw: Any, expected: Any) -> None:
    value = setting.parse(raw)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("setting", "raw"),
    [
        (made(bool), "maybe"),
        (made(bool), 1),
        (made(str), 5),
        (made(Path), True),
        (made(tuple[str, ...]), 5),
        (made(tuple[str, ...]), [1]),
        (made(tuple[str, ...], HttpUrls()), "a:8001"),
        (made(tuple[str, ...], HttpUrls()), "http://a:port"),
    ],
)
def test_others_are_refused(setting: Setting, raw: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        setting.parse(raw)
