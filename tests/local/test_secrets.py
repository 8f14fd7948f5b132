"""Secrets on one machine come from the environment, else from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.secrets import LocalSecrets
from shared.core.errors import BadInput
from shared.errors import MissingSecret


def test_the_environment_wins_over_the_file_and_blanks_are_cut(tmp_path: Path) -> None:
    (tmp_path / "odds-api-key").write_text("from-file\n")
    assert LocalSecrets({"ODDS_API_KEY": " from-env "}, tmp_path).get("odds-api-key") == "from-env"
    assert LocalSecrets({"ODDS_API_KEY": " "}, tmp_path).get("odds-api-key") == "from-file"


def test_a_missing_secret_says_where_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret, match=r"set ODDS_API_KEY or write the file .*odds-api-key"):
        LocalSecrets({}, tmp_path).get("odds-api-key")


@pytest.mark.parametrize("name", ["", "../key", "a/b", "a b"])
def test_a_secrets_name_is_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        LocalSecrets({}, tmp_path).get(name)
