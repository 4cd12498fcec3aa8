"""PostgreSQL clusters that a test makes itself: a primary, and standbys that follow it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from suite import HANGING

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
USER = "postgres"


class Cluster:
    """Its server is stopped and its folder removed at the end of `with`."""

    def __init__(self, folder, name):
        self.folder, self.name = Path(folder) / name, name
        # Taken and given back: nobody else is told this port within the moment until the server has it.
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]

    def __enter__(self):
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER, USER)
        return self

    def __exit__(self, *_):
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-m", "immediate", "-D", self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return self.url_at(self.port)

    def url_at(self, port, database="switchboard"):
        return f"postgres://{USER}@127.0.0.1:{port}/{database}"

    def make(self):
        """A new cluster with an empty database, flushing to disk."""
        self._run("initdb", "-D", self.folder, "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums")
        self.start()
        self.query("CREATE DATABASE switchboard", database="postgres")

    def follow(self, primary):
        """A copy of the primary that goes on following it, as a standby of this name."""
        self._run("pg_basebackup", "-D", self.folder, "-R", "-X", "stream", "-c", "fast",
                  "-d", f"host=127.0.0.1 port={primary.port} user={USER} application_name={self.name}")
        self.start()

    def start(self):
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
        self._run("pg_ctl", "start", "-w", "-t", str(HANGING), "-D", self.folder, "-l", self.folder.with_suffix(".log") if os.geteuid() else self.folder / "server.log", "-o", options)

    def promote(self):
        self._run("pg_ctl", "promote", "-w", "-t", str(HANGING), "-D", self.folder)

    def query(self, statement, database="switchboard"):
        ended = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url_at(self.port, database), "-c", statement],
                               capture_output=True, text=True, timeout=HANGING)
        assert ended.returncode == 0, ended.stderr
        return [line.split("\t") for line in ended.stdout.splitlines()]

    def pids(self):
        """The server and its backends."""
        postmaster = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def signal(self, number):
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def crash(self):
        """Without a checkpoint; `start` recovers."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self.folder)

    def destroy(self):
        """As when the machine burns: the server and its disk are gone at once."""
        self.signal(signal.SIGKILL)
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        command = [str(BINARIES / program), *map(str, arguments)]
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            command = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--", *command]
        # The server inherits what we give: a pipe would be waited for as long as it lives.
        ended = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HANGING)
        assert ended.returncode == 0, f"{' '.join(command)} ended with {ended.returncode}"
