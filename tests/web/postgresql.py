"""A private PostgreSQL for the tests, started in a new folder and stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")


def programs() -> Path:
    """The folder of initdb and postgres; RuntimeError says what to install where there is none."""
    for place in _PLACES:
        for folder in sorted(Path("/").glob(place[1:]), reverse=True):
            if (folder / "initdb").exists() and (folder / "postgres").exists():
                return folder
    raise RuntimeError("PostgreSQL is not there; `make postgresql` installs it")


def _user() -> list[str]:
    """PostgreSQL does not run as root: then it runs as the user nobody or postgres."""
    if os.geteuid() != 0:
        return []
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    return ["setpriv", f"--reuid={name}", "--regid=nogroup", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a new, empty server."""
    folder = Path(tempfile.mkdtemp(prefix="bonewatch-pg-"))
    folder.chmod(0o777)
    port, where, run = _free_port(), programs(), _user()
    data = folder / "data"
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    made = [*run, str(where / "initdb"), "-D", str(data), "-U", "bonewatch", "-A", "trust"]
    subprocess.run([*made, "--no-sync"], check=True, env=env, stdout=subprocess.DEVNULL)
    fast = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    here = ["-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-k", str(folder)]
    log = (folder / "log").open("wb")
    words = [*run, str(where / "postgres"), "-D", str(data), *here, *fast]
    server = subprocess.Popen(words, stdout=log, stderr=log, env=env)
    try:
        _wait(port, server)
        yield f"postgresql://bonewatch@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    import time

    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL ended at once")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not begin to listen")


if __name__ == "__main__":
    programs()
