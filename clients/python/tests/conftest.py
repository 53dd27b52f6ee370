"""What the tests share: a real server on a free port of this machine, with a data directory of its own."""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYTHON = Path(__file__).resolve().parents[1]
_READY = re.compile(r"siskin ready: ([^,\s]+),")
_PATIENCE_SECONDS = 300
# Long, because a test must not depend on how busy the machine is.
TIMEOUT_SECONDS = 60.0


def _use_sources() -> None:
    """Makes the package importable from its sources, where it is not installed."""
    try:
        import siskin_client  # noqa: F401
    except ImportError:
        done = subprocess.run([sys.executable, str(PYTHON / "build_backend" / "siskin_build.py")], check=False)
        if done.returncode != 0:
            raise
        sys.path.insert(0, str(PYTHON / "src"))
        for name in [name for name in sys.modules if name.partition(".")[0] == "siskin_client"]:
            del sys.modules[name]


_use_sources()


class Server:
    """A server in a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        self.socket = folder / "siskin.sock"
        environment = dict(os.environ, SISKIN_NO_BUILD="1")
        # A small server on a shared machine: the optimising compiler would cost more than it gains.
        environment.setdefault("SISKIN_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        command = [str(ROOT / "bin" / "siskin"), "serve", "--data", str(self.data), "--port", "0"]
        command += ["--warmup-millis", "0", "--uds", str(self.socket), *arguments]
        self._output: list[str] = []
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        ready = threading.Event()
        threading.Thread(target=self._read, args=(ready,), daemon=True).start()
        if not ready.wait(_PATIENCE_SECONDS) or not hasattr(self, "target"):
            self.stop()
            raise AssertionError("the server does not serve:\n" + "".join(self._output))

    def _read(self, ready: threading.Event) -> None:
        """Reads all that the server prints, so that it never waits for its reader."""
        for line in self._process.stdout:
            self._output.append(line)
            found = _READY.search(line)
            if found:
                self.target = found.group(1)
                ready.set()
        ready.set()

    def stop(self) -> None:
        # At once, because nobody needs what it would still put in order.
        self._process.kill()
        self._process.wait(_PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("siskin"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def client(server):
    from siskin_client import SiskinClient

    with SiskinClient(server.target, timeout_seconds=TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture
def name():
    """The name of a collection that no other test uses."""
    return f"c{uuid.uuid4().hex[:12]}"


@pytest.fixture
def seed(request):
    """The seed of a randomised test, which is printed. Set SISKIN_SEED to replay one."""
    seed = int(os.environ.get("SISKIN_SEED", random.SystemRandom().randrange(2**32)))
    print(f"replay {request.node.name} with SISKIN_SEED={seed}")
    return seed


class Blocking:
    """An asyncio client behind the methods of the sync one, so that both pass the same tests."""

    def __init__(self, target: str, **options) -> None:
        from siskin_client import AsyncSiskinClient

        self._loop = asyncio.new_event_loop()
        self._client = AsyncSiskinClient(target, **options)

    def __getattr__(self, name):
        member = getattr(self._client, name)
        return self._call(member) if callable(member) else member

    def _call(self, method):
        def call(*args, **kwargs):
            result = method(*args, **kwargs)
            return self._iterate(result) if hasattr(result, "__anext__") else self._loop.run_until_complete(result)

        return call

    def _iterate(self, results):
        try:
            while True:
                try:
                    yield self._loop.run_until_complete(results.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self._loop.run_until_complete(results.aclose())

    def close(self) -> None:
        self._loop.run_until_complete(self._client.close())
        self._loop.close()


@pytest.fixture(params=["sync", "asyncio"])
def connect(request):
    """Makes clients of both kinds, and closes them."""
    from siskin_client import SiskinClient

    made = []

    def connect(target, **options):
        options.setdefault("timeout_seconds", TIMEOUT_SECONDS)
        made.append((SiskinClient if request.param == "sync" else Blocking)(target, **options))
        return made[-1]

    yield connect
    for client in made:
        client.close()


@pytest.fixture
def both(connect, server):
    """A client of the real server, once of each kind."""
    return connect(server.target)
