"""What `switchboard up` opens and prints: to whom the gateways listen, and whose database connection stands in its line."""

TITLE = "`up` listens to everybody, and prints the key to everything"

import socket
import subprocess
from urllib.parse import urlsplit

from target import Check

# Loopback too, and not the address that `up` names: only who listens on every address answers there.
ANOTHER_ADDRESS = "127.0.0.2"
SCHEMAS = "('accounts', 'chat', 'router')"


def attack(target):
    ports = [urlsplit(address).port for address in target.suite.ready["gateways"]]
    assert ports and all(_answers("127.0.0.1", port) for port in ports)
    wide = [port for port in ports if _answers(ANOTHER_ADDRESS, port)]
    yield Check("gateways listen on loopback alone, unless asked", not wide, f"ports {wide} are open on every address" if wide else "")

    url = target.suite.ready["database_url"]
    code, powers = _psql(url, "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    assert code == 0, powers
    yield Check("the connection that is printed is of a role without powers", powers.split("|")[1:] == ["f"] * 5, powers)
    code, groups = _psql(url, "SELECT count(*) FROM pg_roles WHERE rolname <> current_user AND pg_has_role(current_user, oid, 'MEMBER')")
    yield Check("and cannot become another", (code, groups) == (0, "0"), f"{groups} roles")

    tables = f"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN {SCHEMAS} AND c.relkind IN ('r', 'p')"
    code, counts = _psql(url, f"SELECT count(*), count(*) FILTER (WHERE has_table_privilege(c.oid, 'SELECT')) {tables}")
    every, readable = counts.split("|")
    assert code == 0 and int(every) > 20, counts
    yield Check("it reads every table, so that tools go on", readable == every, f"{readable} of {every}")
    code, rows = _psql(url, "SELECT count(*) FROM accounts.users")
    yield Check("of all companies", code == 0 and int(rows) >= len(target.suite.ready["users"]), f"{rows} users")
    code, changeable = _psql(url, f"SELECT count(*) {tables} AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')")
    yield Check("and changes none", (code, changeable) == (0, "0"), f"{changeable} tables")
    for what, statement in (
        ("no row, not even outside a read-only transaction", "BEGIN READ WRITE; UPDATE chat.conversations SET subject = subject; ROLLBACK"),
        ("no program on the server", "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'"),
        ("no file of the server", "SELECT pg_read_file('PG_VERSION')"),
        ("nobody's rights", "BEGIN READ WRITE; ALTER ROLE switchboard_verify SUPERUSER; ROLLBACK"),
    ):
        code, said = _psql(url, statement)
        yield Check(f"it reaches {what}", code != 0, "it did" if code == 0 else "")


def _answers(host, port):
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def _psql(url, statement):
    """(exit code, what it printed)."""
    ended = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", statement], capture_output=True, text=True, timeout=30)
    return ended.returncode, (ended.stdout if ended.returncode == 0 else ended.stderr).strip()
