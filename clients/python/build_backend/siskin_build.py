"""The build backend: setuptools, after the descriptor of the API was made.

The package carries the API as one file, ``siskin_client/_proto/api.desc``, which is a ``FileDescriptorSet`` that protoc
made of the ``.proto`` files. It is not committed. In a checkout each build makes it again, and needs ``grpcio-tools`` for
that. A source distribution has the file but not the ``.proto`` files, so a build of one needs no protoc.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, List, Mapping, Optional

from setuptools import build_meta as _setuptools

_HERE = Path(__file__).resolve().parent.parent
_PROTO = _HERE.parent.parent / "proto"
_DESCRIPTOR = _HERE / "src" / "siskin_client" / "_proto" / "api.desc"

_Settings = Optional[Mapping[str, Any]]


def in_checkout() -> bool:
    """Returns whether the ``.proto`` files are there, which they are in a checkout of the repository."""
    return (_PROTO / "src" / "main" / "protobuf" / "siskin" / "v1").is_dir()


def make_descriptor() -> None:
    """Makes the descriptor of the ``.proto`` files; keeps the one that is there where there are none.

    Raises:
        RuntimeError: protoc failed, or there is neither a descriptor nor anything to make it of.
    """
    if not in_checkout():
        if not _DESCRIPTOR.is_file():
            raise RuntimeError(f"{_DESCRIPTOR} is missing, and so are the .proto files that it is made of")
        return
    roots = [_PROTO / "src" / "main" / "protobuf", _PROTO / "third_party"]
    files = sorted((roots[0] / "siskin" / "v1").glob("*.proto"))
    # Written beside and renamed, so that a build that is stopped leaves no half of a file.
    fresh = _DESCRIPTOR.with_name(f"api.desc.{os.getpid()}")
    command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{root}" for root in roots)]
    command += ["--include_imports", f"--descriptor_set_out={fresh}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"protoc ended with status {done.returncode}: {done.stderr.strip()}")
    fresh.replace(_DESCRIPTOR)


def _requires() -> List[str]:
    return ["grpcio-tools>=1.62"] if in_checkout() else []


def get_requires_for_build_wheel(config_settings: _Settings = None) -> List[str]:
    """Returns what a build of a wheel needs beside setuptools."""
    return [*_setuptools.get_requires_for_build_wheel(config_settings), *_requires()]


def get_requires_for_build_sdist(config_settings: _Settings = None) -> List[str]:
    """Returns what a build of a source distribution needs beside setuptools."""
    return [*_setuptools.get_requires_for_build_sdist(config_settings), *_requires()]


def get_requires_for_build_editable(config_settings: _Settings = None) -> List[str]:
    """Returns what an editable installation needs beside setuptools."""
    return [*_setuptools.get_requires_for_build_editable(config_settings), *_requires()]


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: _Settings = None) -> str:
    """Writes the metadata of a wheel, as PEP 517 says."""
    return str(_setuptools.prepare_metadata_for_build_wheel(metadata_directory, config_settings))


def build_wheel(wheel_directory: str, config_settings: _Settings = None, metadata_directory: Optional[str] = None) -> str:
    """Builds a wheel, as PEP 517 says."""
    make_descriptor()
    return str(_setuptools.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: _Settings = None) -> str:
    """Builds a source distribution, as PEP 517 says."""
    make_descriptor()
    return str(_setuptools.build_sdist(sdist_directory, config_settings))


def build_editable(wheel_directory: str, config_settings: _Settings = None, metadata_directory: Optional[str] = None) -> str:
    """Builds an editable wheel, as PEP 660 says."""
    make_descriptor()
    return str(_setuptools.build_editable(wheel_directory, config_settings, metadata_directory))


if __name__ == "__main__":
    make_descriptor()
