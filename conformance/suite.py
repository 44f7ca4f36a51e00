"""The public test suite: its configuration, its run, and what became of each test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from conformance.site import Site
from hawser.base.errors import LabError
from hawser.lab import environments
from hawser.lab.config_files import REGION
from hawser.lab.secrets import write_private
from hawser.lab.settings import Ini, render

REGEX = r"^tempest\.api\.network"
CONCURRENCY = 2
ENVIRONMENT = "conformance"
_SKIPPED_CLASS = "setUpClass ("


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test; ``why`` is a skip's reason, or what a failure said."""

    test: str
    passed: bool
    skipped: bool
    why: str = ""

    @property
    def failed(self) -> bool:
        """Neither of the two."""
        return not self.passed and not self.skipped


def configure(site: Site, folder: Path, extensions: Sequence[str], public_network: str) -> Path:
    """Write `tempest.conf` into ``folder``; its path."""
    path = folder / "tempest.conf"
    write_private(path, render(_options(site, folder, extensions, public_network)))
    return path


def _options(site: Site, folder: Path, extensions: Sequence[str], public_network: str) -> Ini:
    others = ("cinder", "glance", "horizon", "swift")
    return {
        "DEFAULT": {"log_file": str(folder / "tempest.log")},
        "oslo_concurrency": {"lock_path": str(folder / "locks")},
        "auth": {
            "use_dynamic_credentials": "True",
            "admin_username": "admin",
            "admin_password": site.secrets.admin,
            "admin_project_name": "admin",
            "admin_domain_name": "Default",
            "tempest_roles": "member",
        },
        "identity": {"uri_v3": f"{site.identity_url}/v3", "region": REGION},
        "network": {"public_network_id": public_network, "build_timeout": "60"},
        "network-feature-enabled": {
            "api_extensions": ",".join(extensions),
            "ipv6_subnet_attributes": "True",
            "port_security": "True",
        },
        "service_available": {"neutron": "True", "nova": "True", **dict.fromkeys(others, "False")},
    }


def run(config: Path, regex: str, tell: Callable[[Outcome], None]) -> list[Outcome]:
    """Run the tests that match, and ``tell`` of each as it ends; the outcome of every one of them."""
    heard = []
    for outcome in _run(config, regex):
        tell(outcome)
        heard.append(outcome)
    return whole(heard, _listed(config, regex))


def whole(heard: Iterable[Outcome], names: Sequence[str]) -> list[Outcome]:
    """An outcome for each test that there is, of what was heard. A class that skips, or fails to begin, ends all of
    its tests with one word; a test that nothing was heard of has failed."""
    outcomes = {}
    for outcome in heard:
        inside = _class_of(outcome.test)
        for name in [name for name in names if name.startswith(f"{inside}.")] if inside else [outcome.test]:
            outcomes[name] = replace(outcome, test=name)
    silent = (Outcome(name, False, False, "it did not end") for name in names if name not in outcomes)
    return [*outcomes.values(), *silent]


def _listed(config: Path, regex: str) -> list[str]:
    """The names of the tests that match; after a run, for it needs what that leaves."""
    said = subprocess.run(
        [*_command(config, regex), "--list-tests"],
        cwd=config.parent,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    tests = [line.strip() for line in said.stdout.splitlines() if line.startswith("tempest.")]
    if said.returncode or not tests:
        raise LabError(f"No test matches {regex!r}. {said.stderr.strip()}")
    return tests


def _run(config: Path, regex: str) -> Iterator[Outcome]:
    command = [*_command(config, regex), "--subunit", f"--concurrency={CONCURRENCY}"]
    script = str(files("conformance") / "outcomes_process.py")
    reader = [str(environments.pinned(ENVIRONMENT, "python")), "-P", script]
    with (
        (config.parent / "run.log").open("ab") as log,
        subprocess.Popen(
            command,
            cwd=config.parent,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        ) as tests,
        subprocess.Popen(reader, stdin=tests.stdout, stdout=subprocess.PIPE, text=True) as outcomes,
    ):
        assert outcomes.stdout is not None
        try:
            for line in outcomes.stdout:
                yield _outcome(json.loads(line))
        finally:
            _end(tests)


def _end(tests: subprocess.Popen[bytes]) -> None:
    """End what runs tests, and the workers that it started: they are of its session."""
    with suppress(ProcessLookupError):
        os.killpg(tests.pid, signal.SIGTERM)


def _outcome(said: Mapping[str, str]) -> Outcome:
    return Outcome(said["test"], said["outcome"] == "success", said["outcome"] == "skip", said["why"])


def _class_of(test: str) -> str:
    """The class that `setUpClass (package.module.Class)` speaks of; "" for a test."""
    return test.removeprefix(_SKIPPED_CLASS).removesuffix(")") if test.startswith(_SKIPPED_CLASS) else ""


def _command(config: Path, regex: str) -> list[str]:
    tempest = str(environments.pinned(ENVIRONMENT, "tempest"))
    return [tempest, "run", "--config-file", str(config), "--regex", regex]


def _environment() -> dict[str, str]:
    """The suite talks to the loopback: no proxy of the environment stands between."""
    return {**os.environ, "no_proxy": "127.0.0.1"}
