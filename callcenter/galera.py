"""What is otherwise where the database is a node of a MariaDB Galera cluster.

A node applies what another has committed a moment later, and locks of rows hold on one
node alone: of two transactions that change the same row on two nodes one fails when it
commits, as a deadlock (1213), and is tried again (`locking`). Whoever reads first waits
for what was committed anywhere before, so that a repeat finds what it repeats.
"""

from typing import Any
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# The connections to nodes.
_to_nodes: WeakSet[BaseDatabaseWrapper] = WeakSet()


def know_a_node(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Find out whether a new connection leads to a node; its reads are causal then.

    Raises django.db.Error where the server cannot be asked.
    """
    if connection.vendor != "mysql":
        return
    # Not through Django: this is no query of the page. MySQL has no such variable, and
    # a node answers this even while it takes nothing else.
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
        found = cursor.fetchone()
        if found and found[1] == "ON":
            cursor.execute("SET SESSION wsrep_sync_wait = 1")
            _to_nodes.add(connection)
        else:
            _to_nodes.discard(connection)


def is_node() -> bool:
    """Whether this thread's open connection leads to a node of a cluster."""
    return connections[DEFAULT_DB_ALIAS] in _to_nodes
