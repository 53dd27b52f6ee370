"""What the tests of keys and TLS need: certificates that openssl makes, and keys that siskin makes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ROOT

_CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
_PATIENCE_SECONDS = 300


def _openssl(folder: Path, *arguments: str) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl, which makes the certificates")
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=_PATIENCE_SECONDS)


def make_authority(folder: Path, name: str) -> Path:
    """Makes a certificate authority. Returns its certificate."""
    _openssl(
        folder,
        "req",
        "-x509",
        *_CURVE,
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
        "-keyout",
        f"{name}-key.pem",
        "-out",
        f"{name}.pem",
    )
    return folder / f"{name}.pem"


def make_certificate(folder: Path, authority: str, name: str, names: str = "DNS:nowhere.test") -> tuple[Path, Path]:
    """Makes a certificate for some names. Returns it and its key."""
    _openssl(folder, "req", *_CURVE, "-subj", f"/CN={name}", "-keyout", f"{name}-key.pem", "-out", f"{name}.csr")
    (folder / f"{name}.ext").write_text(f"subjectAltName={names}\n", encoding="utf-8")
    signed = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}-key.pem", "-CAcreateserial", "-days", "2"]
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return folder / f"{name}.pem", folder / f"{name}-key.pem"


class Keys:
    """The keys of a data directory."""

    def __init__(self, data: Path) -> None:
        data.mkdir(exist_ok=True)
        self._data = data

    def _run(self, *arguments: str) -> str:
        command = [str(ROOT / "bin" / "siskin"), "keys", *arguments, "--data", str(self._data)]
        environment = dict(os.environ, SISKIN_NO_BUILD="1")
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
        return done.stdout.strip()

    def create(self, role: str, *collections: str, expires: str = "1d") -> str:
        """Makes a key."""
        named = [part for name in collections for part in ("--collection", name)]
        return self._run("create", "--role", role, *named, "--expires", expires)

    def create_expired(self, role: str, *collections: str) -> str:
        """Makes a key that has expired. The command makes none, so its time is changed in the file."""
        key = self.create(role, *collections)
        file = self._data / ".keys.json"
        text = file.read_text(encoding="utf-8")
        expires = next(one["expires"] for one in json.loads(text)["keys"] if one["id"] == key.split("_")[1])
        beside = self._data / ".keys.new"
        beside.touch(mode=0o600)
        beside.write_text(text.replace(f'"{expires}"', '"2020-01-02T03:04:05Z"'), encoding="utf-8")
        beside.replace(file)
        return key

    def revoke(self, key: str) -> None:
        """Revokes a key."""
        self._run("revoke", key.split("_")[1])


def until(condition) -> None:
    """Waits for what the server does within about a second; for longer on a busy machine."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
