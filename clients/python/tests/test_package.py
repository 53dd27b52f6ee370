"""What a build makes: of a checkout, and of a source distribution alone."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "clients" / "python"


def build(kind, folder, out):
    """Calls the build backend as pip does, in a process of its own, with what is installed here."""
    code = f"import siskin_build; print(siskin_build.build_{kind}({str(out)!r}))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'build_backend'); {code}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / done.stdout.splitlines()[-1]


def test_a_wheel_of_a_checkout_and_one_of_its_sdist_are_equal(tmp_path):
    setuptools = pytest.importorskip("setuptools", minversion="77", reason="needs setuptools 77")
    pytest.importorskip("grpc_tools", reason="needs grpc_tools")
    assert setuptools
    if not (ROOT / "proto").is_dir():
        pytest.skip("needs a checkout")
    left_out = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__", ".*", "api.desc")
    checkout = tmp_path / "checkout"
    shutil.copytree(HERE, checkout / "clients" / "python", ignore=left_out)
    shutil.copytree(ROOT / "proto", checkout / "proto", ignore=shutil.ignore_patterns("target"))
    wheel = build("wheel", checkout / "clients" / "python", tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        descriptor = archive.read("siskin_client/_proto/api.desc")
        metadata = next(archive.read(name).decode() for name in names if name.endswith("METADATA"))
    sources = {path.relative_to(HERE / "src").as_posix() for path in (HERE / "src").rglob("*.py")}
    assert sources | {"siskin_client/py.typed", "siskin_client/_proto/api.desc"} == {
        name for name in names if name.startswith("siskin_client/")
    }
    assert "Requires-Dist: grpcio" in metadata and "numpy" not in metadata.partition("Provides-Extra")[0]

    sdist = build("sdist", checkout / "clients" / "python", tmp_path)
    alone = tmp_path / "alone"
    with tarfile.open(sdist) as archive:
        archive.extractall(alone)
    (folder,) = alone.iterdir()
    again = build("wheel", folder, alone)
    with zipfile.ZipFile(again) as archive:
        assert set(archive.namelist()) == names
        assert archive.read("siskin_client/_proto/api.desc") == descriptor


def test_sources_without_a_descriptor_say_what_to_do(tmp_path):
    copy = tmp_path / "siskin_client"
    shutil.copytree(HERE / "src" / "siskin_client", copy, ignore=shutil.ignore_patterns("api.desc", "__pycache__"))
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import siskin_client"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "the package was not built" in done.stderr and "pip install clients/python" in done.stderr
