"""Generated folders: found again when complete, replaced whole, never half written."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationMistake, StorageUnusable
from pipeline.synthetic import generate, generated_records
from tests.conftest import tree_bytes
from tests.unit.synthetic.by_hand import SMALL, ZHUHAI, make


@pytest.mark.parametrize("name", ["110-2024q2.csv", "truth/counts.csv", "generated.json"])
def test_a_set_that_lacks_a_file_is_made_again(tmp_path: Path, name: str) -> None:
    """A folder is taken for complete only with all its files."""
    first = make(tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    if name == "generated.json":
        with pytest.raises(StorageUnusable, match="not generated"):
            make(tmp_path / "a")
    else:
        assert first == make(tmp_path / "a")


def test_a_complete_set_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call writes nothing; other parameters replace the whole folder."""
    first = make(tmp_path / "a")
    monkeypatch.setattr(generate, "_write", lambda *_: pytest.fail("made again"))
    assert first == make(tmp_path / "a")
    monkeypatch.undo()
    other = make(tmp_path / "a", SMALL.model_copy(update={"last": date(2024, 6, 30)}))
    assert "110-2024q3.csv" not in other
    assert ["a"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("was_there", [False, True])
def test_a_killed_generation_leaves_no_half_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, was_there: bool
) -> None:
    """Whatever stood in the folder stands there still, and the next call finishes the job."""

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    before = make(tmp_path / "a") if was_there else {}
    other = SMALL.model_copy(update={"seed": 99})
    monkeypatch.setattr(generate, "write_truth", die)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "a", other)
    assert before == tree_bytes(tmp_path / "a")
    monkeypatch.undo()
    assert "truth/faults.csv" in make(tmp_path / "a", other)


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    """Files that were not generated stay, and the error says so."""
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(StorageUnusable, match="not generated"):
        make(tmp_path)
    assert {"mine.csv": b"mine"} == tree_bytes(tmp_path)


def test_a_source_without_generator_is_refused(tmp_path: Path) -> None:
    """Records are made only where the city asks for them."""
    source = ZHUHAI.sources[0].model_copy(update={"generator": None})
    with pytest.raises(ConfigurationMistake, match="no \\[generator\\]"):
        generated_records(ZHUHAI, source, folder=tmp_path)
