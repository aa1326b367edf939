from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.architecture.tree import PACKAGE, ROOT, tracked_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """Build what `pip install doorward` brings, without the network."""
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]))
    with closing(ZipFile(Path(built))) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_product(wheel: ZipFile) -> None:
    """Templates, browser files, migrations and the list of common passwords come along, and nothing else does."""
    ours = {str(path.relative_to(ROOT / "src")) for path in tracked_files() if path.is_relative_to(PACKAGE)}

    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == ours


def test_the_wheel_brings_the_command(wheel: ZipFile) -> None:
    """After the installation `doorward` is a command."""
    declared = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert wheel.read(declared).decode() == "[console_scripts]\ndoorward = doorward.__main__:main\n"
