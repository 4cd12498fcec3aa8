"""deploy/coverage's table, from what llvm-cov of our toolchain exported for four files of which one is of a Domain folder."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import line_coverage
from line_coverage import domain, main, module

RECORDED = json.loads((Path(__file__).parent / "Fixtures" / "coverage.json").read_text())
DOMAIN = "Services/Chat/Service/Domain"


def of_domain(file):
    return DOMAIN in file["filename"]


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """measured(export) is its file, in a checkout of its own that has the Domain folder's source."""
    monkeypatch.setattr(line_coverage, "ROOT", tmp_path)
    (tmp_path / DOMAIN).mkdir(parents=True)
    (tmp_path / DOMAIN / "Turn.swift").touch()

    def write(export):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(export).replace("/checkout", str(tmp_path)))
        return str(path)

    return write


def run_to(percent):
    export = json.loads(json.dumps(RECORDED))
    for file in filter(of_domain, export["data"][0]["files"]):
        file["summary"]["lines"] = {"count": 1000, "covered": 10 * percent, "percent": percent}
    return export


def test_modules_are_counted_and_domain_folders_once_more_and_neither_tests_nor_packages(measured, capsys):
    assert main(["--from", measured(RECORDED), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    rows = {row["folder"]: (row["lines"], row["run"]) for row in report["modules"]}
    assert rows == {"Services/Chat/Service": (6, 5), DOMAIN: (6, 5), "Shared/Bus": (3, 3)}
    assert len(RECORDED["data"][0]["files"]) > len(rows) - 1, "some of the export is not ours"
    assert report["too_low"] == [DOMAIN]


@pytest.mark.parametrize(("percent", "code"), [(90, 0), (89, 1)])
def test_a_domain_folder_below_ninety_percent_is_named_and_fails(measured, capsys, percent, code):
    assert main(["--from", measured(run_to(percent))]) == code
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(DOMAIN))
    assert f"{percent}.0 %" in row and ("under 90 %" in row) == bool(code)


def test_a_domain_folder_that_no_test_reaches_fails_and_so_does_an_export_without_any(measured, tmp_path, capsys):
    other = tmp_path / "Services/Channels/SMS/Service/Domain"
    other.mkdir(parents=True)
    (other / "Way.swift").touch()
    assert main(["--from", measured(run_to(100)), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["too_low"] == ["Services/Channels/SMS/Service/Domain"]
    export = json.loads(json.dumps(RECORDED))
    export["data"][0]["files"] = [file for file in export["data"][0]["files"] if not of_domain(file)]
    assert main(["--from", measured(export)]) == 2


def test_a_file_belongs_to_its_target_however_services_are_nested():
    modules = {
        "Shared/Bus/Cores/Core.swift": "Shared/Bus",
        "Services/Chat/Main/Chat.swift": "Services/Chat/Main",
        "Services/Channels/SMS/Service/Domain/Way.swift": "Services/Channels/SMS/Service",
        "Services/Switchboard/Load/Load.swift": "Services/Switchboard",
        "Tests/BusTests/BusTests.swift": None,
    }
    assert {path: module(Path(path)) for path in modules} == modules
    assert domain(Path("Services/Channels/SMS/Service/Domain/Rules/Way.swift")) == "Services/Channels/SMS/Service/Domain"
    assert domain(Path("Services/Channels/SMS/Service/Storage/Domain.swift")) is None
