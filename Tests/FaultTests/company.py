"""Companies that tests make for themselves."""

import subprocess

from suite import Staff, programs

# Of everybody in a company that a test makes for itself.
PASSWORD = "correct horse battery staple"


def company(suite, slug, **roles):
    """One of its own on the installation: what other tests leave in the demo company does not reach it. Its people by name."""
    data = ["--data", suite.ready["data"], "--json"]
    subprocess.run([programs() / "switchboard", "tenant", "create", "--name", slug.title(), "--slug", slug, *data], check=True, capture_output=True)
    for name, role in roles.items():
        subprocess.run(
            [programs() / "switchboard", "user", "create", "--tenant", slug, "--email", f"{name}@{slug}.example", "--role", role, "--name",
             name.title(), "--password-stdin", *data], input=PASSWORD.encode(), check=True, capture_output=True)
    return {name: Staff(suite, {"email": f"{name}@{slug}.example", "password": PASSWORD, "role": role}) for name, role in roles.items()}
