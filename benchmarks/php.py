"""The predecessor's way, as a peer: PHP-FPM behind nginx, and one INSERT a request.

Twilio-MiniCC of 2014 checked no signature, normalised nothing, and lost the row where
the INSERT failed. Here it keeps its connection to the database, which that did not.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minicc.tests import nginx, servers

PATH = "/callstatus.php"
_PROCESSES = 16
_SCRIPT = """<?php
$db = new PDO('mysql:unix_socket={socket};dbname=minicc;charset=utf8mb4', 'root', '',
    [PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$columns = ['CallSid', 'AccountSid', 'From', 'To', 'CallStatus', 'ApiVersion',
    'Direction', 'QueueSid', 'QueueResult', 'QueueTime'];
$marks = implode(',', array_fill(0, count($columns), '?'));
$insert = $db->prepare("INSERT INTO php_callhistory VALUES (NULL, NOW(), $marks)");
$insert->execute(array_map(fn ($name) => $_POST[$name] ?? '', $columns));
$answer = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
header('Content-Type: text/xml');
header('Content-Length: ' . strlen($answer));
echo $answer;
"""
_TABLE = (
    "CREATE TABLE minicc.php_callhistory (id INT AUTO_INCREMENT PRIMARY KEY,"
    " created DATETIME, "
    + ", ".join(f"c{number} VARCHAR(255)" for number in range(10))
    + ")"
)
_POOL = """
[global]
error_log = {folder}/php.log
daemonize = no
[www]
{user}
listen = {folder}/php.socket
pm = static
pm.max_children = {processes}
"""
_NGINX = """
daemon off;
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder};
  proxy_temp_path {folder};
  fastcgi_temp_path {folder};
  uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location / {{
      fastcgi_pass unix:{folder}/php.socket;
      fastcgi_param SCRIPT_FILENAME {folder}/callstatus.php;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
    }}
  }}
}}
"""


def missing() -> str:
    """What this machine lacks for it, or nothing."""
    if not _program():
        return "php-fpm and php-mysql (Debian's packages)"
    return ", ".join(nginx.missing())


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Serve the script, on the same MariaDB; yields the address to load."""
    port = nginx.free_port()
    socket = database_url.rpartition("unix_socket=")[2]
    servers.run_sql(database_url, _TABLE)
    names = {"folder": folder, "port": port, "processes": _PROCESSES}
    (folder / "callstatus.php").write_text(_SCRIPT.replace("{socket}", socket))
    (folder / "pool.conf").write_text(
        _POOL.format(user="user = root\ngroup = root", **names)
    )
    (folder / "nginx.conf").write_text(_NGINX.format(user="user root;", **names))
    log = folder / "peer.log"
    with log.open("w") as output:
        commands = (
            [str(_program()), "-R", "-y", str(folder / "pool.conf")],
            [str(nginx.program()), "-e", "stderr", "-c", str(folder / "nginx.conf")],
        )
        running = [
            subprocess.Popen(command, stdout=output, stderr=output)
            for command in commands
        ]
    try:
        nginx.wait_for(port, running[1], log)
        yield "127.0.0.1", port
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _program() -> str | None:
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    return str(found[-1]) if found else shutil.which("php-fpm")
