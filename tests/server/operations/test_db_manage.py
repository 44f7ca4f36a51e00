"""`neutron-db-manage` says what a database has, and brings it up, on both kinds of databases."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from hawser.cli.dbmanage import main
from hawser.server.store.session import Store
from hawser.server.store.upgrade import history
from tests.server.stage import settings

HEAD = history()[-1].revision


@pytest.fixture
def manage(blank, tmp_path):
    conf = tmp_path / "neutron.conf"
    conf.write_text(f"[database]\nconnection = {blank}\n")

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--config-file", str(conf), *words])

    return run


def test_an_empty_database_is_not_at_head_and_the_remedy_is_said(manage):
    answer = manage("check")
    assert answer.exit_code == 1
    assert "no schema" in answer.stderr
    assert "upgrade head" in answer.stderr
    assert manage("current").output == "no schema\n"


def test_looking_at_a_database_of_sqlite_does_not_make_it(tmp_path):
    conf = tmp_path / "neutron.conf"
    conf.write_text(f"[database]\nconnection = sqlite:///{tmp_path}/not-there.sqlite\n")
    assert CliRunner().invoke(main, ["--config-file", str(conf), "check"]).exit_code == 1
    assert not (tmp_path / "not-there.sqlite").exists()


@pytest.mark.parametrize("word", ["head", "heads", HEAD])
def test_an_upgrade_brings_it_to_head_for_a_server_to_use(manage, blank, word):
    assert manage("upgrade", word).output == f"Upgraded from nothing to {HEAD}.\n"
    assert manage("check").exit_code == 0
    assert manage("upgrade", word).output == f"Already at {HEAD}.\n"
    store = Store(settings(connection=blank))
    store.upgrade()
    store.close()


def test_one_migration_after_another_leads_to_head(manage):
    for step in history():
        assert manage("upgrade", step.revision).exit_code == 0
        assert manage("current").output.split()[0] == step.revision
    assert manage("current").output == f"{HEAD} (head)\n"


def test_verbose_names_what_is_to_run(manage):
    first, *others = history()
    manage("upgrade", first.revision)
    lines = manage("current", "--verbose").output.splitlines()
    assert lines[:2] == [first.revision, first.words]
    assert [line.split(",")[0] for line in lines[2:]] == [f"to run: {one.revision}" for one in others]


def test_there_is_no_way_back_and_no_way_to_the_unknown(manage):
    manage("upgrade", "head")
    back = manage("upgrade", "0001")
    assert (back.exit_code, "beyond 0001" in back.stderr) == (1, True)
    unknown = manage("upgrade", "nonsense")
    assert (unknown.exit_code, "there is no 'nonsense'" in unknown.stderr) == (1, True)


def test_a_database_of_a_newer_version_is_left_alone(manage, blank):
    manage("upgrade", "head")
    engine = create_engine(blank.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as raw:
        raw.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for words in (["check"], ["current"], ["upgrade", "head"]):
        answer = manage(*words)
        assert (answer.exit_code, "9999, which this version" in answer.stderr) == (1, True)


def test_the_history_names_each_migration_newest_first(manage):
    lines = manage("history").output.splitlines()
    assert lines[0].startswith(f"{history()[-1].before} -> {HEAD} (head), ")
    assert lines[-1].startswith("<base> -> 0001, ")


def test_a_database_that_does_not_answer_is_said_in_a_line(tmp_path):
    conf = tmp_path / "neutron.conf"
    conf.write_text(f"[database]\nconnection = postgresql://nobody@/none?host={tmp_path}\n")
    answer = CliRunner().invoke(main, ["--config-file", str(conf), "check"])
    assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)
    assert "does not answer" in answer.stderr
