"""Starts a private MariaDB Galera cluster of three nodes for tests."""

import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from minicc.tests import servers

NODES = 3
_PROVIDERS = (
    Path("/usr/lib/galera/libgalera_smm.so"),
    Path("/usr/lib64/galera-4/libgalera_smm.so"),
)
SECONDS_TO_JOIN = 60
_PORTS = (14_000, 32_000)
# What a node that joins misses is sent to it as transactions (IST). Galera wants a
# script for whole data folders all the same; here nobody ever needs one.
_NOTHING_TO_COPY = """#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --role) role=$2 ;;
    --datadir) data=$2 ;;
    --gtid) gtid=$2 ;;
    --bypass) bypass=1 ;;
  esac
  shift
done
if [ "$role" = joiner ]; then
  echo "ready 127.0.0.1"
  awk '/^uuid:/ {uuid = $2} /^seqno:/ {print uuid ":" $2}' "$data/grastate.dat"
else
  [ "$bypass" ] && echo "done $gtid"
fi
"""


def missing() -> list[str]:
    """What this machine lacks for a cluster, with the way to get it."""
    lacks = servers.missing("mariadb")
    if not _provider():
        lacks.append("Galera (Debian: apt install galera-4)")
    return lacks


class Node(servers.Server):
    """A node of a cluster, with a copy of the data of another or with none."""

    def __init__(
        self,
        ports: tuple[int, int],
        address: str,
        folder: Path,
        like: Path | None,
        options: Sequence[str],
        *,
        begins: bool,
    ) -> None:
        """Start it and wait until it has joined; `like` is a folder of the same data.

        Of a cluster one node `begins`, and the others join it.

        Raises ServerFailed.
        """
        self._like = like
        self._joins = "" if begins else address
        # There it finds our script.
        path = os.pathsep.join([str(folder.parent), os.environ["PATH"]])
        self._environment = dict(os.environ) | {"PATH": path}
        self._address = address
        own, transfers = ports
        folder.mkdir()
        self.folder = folder
        self.data = folder / "data"
        settings = (
            f"gmcast.listen_addr=tcp://127.0.0.1:{own}",
            f"ist.recv_addr=127.0.0.1:{transfers}",
            # What it wrote when it was killed is sent again from here.
            "gcache.size=64M",
            # Nodes of one machine find each other, and miss one that is gone, sooner.
            "gmcast.time_wait=PT1S",
            "evs.inactive_check_period=PT0.2S",
            "evs.keepalive_period=PT0.5S",
            "evs.suspect_timeout=PT3S",
            "evs.inactive_timeout=PT6S",
            "evs.join_retrans_period=PT0.3S",
        )
        super().__init__(
            "mariadb",
            [
                *options,
                "--innodb-buffer-pool-size=64M",
                "--binlog-format=ROW",
                "--innodb-autoinc-lock-mode=2",
                "--wsrep-on=ON",
                f"--wsrep-provider={_provider()}",
                "--wsrep-cluster-name=minicc",
                f"--wsrep-node-address=127.0.0.1:{own}",
                "--wsrep-sst-method=nothing",
                f"--wsrep-provider-options={';'.join(settings)}",
            ],
            folder,
        )

    def _make_data(self, *installer: str) -> None:
        if self._like is None:
            super()._make_data(*installer)
        else:
            shutil.copytree(self._like, self.data)

    def _launch(self, *options: str) -> subprocess.Popen[bytes]:
        process = super()._launch(
            *options, f"--wsrep-cluster-address=gcomm://{self._joins}"
        )
        self._joins = self._address
        deadline = time.monotonic() + SECONDS_TO_JOIN
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise servers.ServerFailed((self._folder / "log").read_text()[-4000:])
            time.sleep(0.05)
        return process

    def start_again(self) -> None:
        """Start it with the data that it had, as Debian's service does.

        A node that was killed does not know how far it was; its tables do.
        """
        with suppress(FileNotFoundError):
            self.socket.unlink()
        joining = f"gcomm://{self._address}"
        done = subprocess.run(
            [*self._command, "--wsrep-recover", f"--wsrep-cluster-address={joining}"],
            capture_output=True,
            text=True,
        )
        found = re.findall(r"Recovered position: (\S+)", done.stdout + done.stderr)
        if not found:
            raise servers.ServerFailed(done.stderr[-2000:])
        self.process = self._launch(f"--wsrep-start-position={found[-1]}")

    def status(self, name: str) -> str:
        """A status variable of the node; empty while it cannot be asked."""
        done = subprocess.run(
            [
                *(str(servers.find("mariadb")), "--no-defaults", "-uroot", "-N"),
                *(f"--socket={self.socket}", "-e", f"SHOW STATUS LIKE '{name}'"),
            ],
            capture_output=True,
            text=True,
        )
        return done.stdout.partition("\t")[2].strip()

    def is_ready(self) -> bool:
        """Whether it takes statements, with all that the others had before."""
        return self.status("wsrep_local_state_comment") == "Synced"


class Cluster:
    """Three nodes with the same data, each of which can be killed and started again."""

    def __init__(
        self,
        prepare: Callable[[servers.Server], object] = lambda _node: None,
        options: Sequence[str] = servers.HASTY,
    ) -> None:
        """Start it; `prepare` fills the first node before the others copy it.

        Raises ServerFailed.
        """
        self._place = tempfile.TemporaryDirectory(prefix="minicc-galera-")
        folder = Path(self._place.name)
        script = folder / "wsrep_sst_nothing"
        script.write_text(_NOTHING_TO_COPY)
        script.chmod(0o700)
        free = _free_ports()
        ports = [(next(free), next(free)) for _node in range(NODES)]
        address = ",".join(f"127.0.0.1:{own}" for own, _transfers in ports)
        first = Node(ports[0], address, folder / "seed", None, options, begins=True)
        prepare(first)
        first.stop()
        self.nodes: list[Node] = []
        for number, own in enumerate(ports, 1):
            place = folder / f"node{number}"
            begins = not self.nodes
            self.nodes.append(
                Node(own, address, place, first.data, options, begins=begins)
            )

    def size(self) -> int:
        """How many nodes the first that answers sees."""
        sizes = (node.status("wsrep_cluster_size") for node in self.nodes)
        return int(next(filter(None, sizes), "0"))

    def kill(self) -> None:
        """End all nodes at once, and remove their data."""
        for node in self.nodes:
            node.kill()
        self._place.cleanup()


def _free_ports() -> Iterator[int]:
    """Ports that nobody listens at, below those that connections are given."""
    numbers = list(range(*_PORTS))
    # Other tests may look for theirs at the same moment.
    random.shuffle(numbers)
    for number in numbers:
        with socket.socket() as free:
            if free.connect_ex(("127.0.0.1", number)):
                yield number


def _provider() -> Path | None:
    return next((path for path in _PROVIDERS if path.exists()), None)
