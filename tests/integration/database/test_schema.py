"""Bringing the release database up to date, once, twice, and by several at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from slipway.adapters.database import schema
from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseStore


def test_an_upgrade_may_be_repeated(database_url: str) -> None:
    engine = make_engine(database_url, pooled=False)
    assert schema.applied_revision(engine) is None
    assert schema.upgrade(database_url) == schema.wanted_revision() == schema.applied_revision(engine)
    assert schema.upgrade(database_url) == schema.wanted_revision()


def test_upgrades_at_once_do_it_one_after_the_other(database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(schema.upgrade, [database_url] * 3)) == {schema.wanted_revision()}
    engine = make_engine(database_url, pooled=False)
    assert schema.applied_revision(engine) == schema.wanted_revision()
    with DatabaseStore(engine).transaction() as tx:
        assert tx.sql.value("SELECT count(*) FROM log_head") == 1


def back_before(revision: str, engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema._VERSIONS))
    before = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, str(before))
        connection.commit()


def test_times_that_nobody_could_read_are_moved_to_where_they_can_be_and_none_comes_again(database_url: str) -> None:
    schema.upgrade(database_url)
    engine = make_engine(database_url, pooled=False)
    back_before("0015", engine)
    hold = "INSERT INTO hold (scope, reason, placed_by, until) VALUES ('all', 'x', 'rita', :at)"
    booking = "INSERT INTO support (service, begins, ends, reason, booked_by) VALUES ('orders', :a, :b, 'x', 'rita')"
    far, early, near = "9999-12-31 23:59:59-14:00", "0001-01-01 00:00:00+00:00", "2030-01-01 00:00:00+00:00"
    with DatabaseStore(engine).transaction() as tx:
        tx.sql.run(hold, at=far)
        tx.sql.run(hold, at=None)
        tx.sql.run(booking, a=early, b=far)
        tx.sql.run(booking, a="9999-12-31 00:00:00+00:00", b=far)

    schema.upgrade(database_url)

    with DatabaseStore(engine).transaction() as tx:
        assert [one["until"] and one["until"].year for one in Overview(tx.sql).holds()] == [2100, None]
        assert [(one.begins.year, one.ends.year) for one in tx.bookings.all()] == [(2000, 2100), (2099, 2100)]
    for statement, values in (
        (hold, {"at": far}),
        (booking, {"a": early, "b": near}),
        (booking, {"a": near, "b": far}),
    ):
        with pytest.raises(IntegrityError, match="can_be_read"), DatabaseStore(engine).transaction() as tx:
            tx.sql.run(statement, **values)


def test_a_waivers_times_can_be_read_again(database_url: str) -> None:
    schema.upgrade(database_url)
    waiver = (
        "INSERT INTO migration_waiver"
        " (proof_id, code, by, reason, window_begins, window_ends, expires_at, authors_known)"
        " VALUES ('m1', 'blocking_lock', 'mona', 'x', now(), :ends, now() + interval '1 day', true)"
    )
    with (
        pytest.raises(IntegrityError, match="its_times_can_be_read"),
        DatabaseStore(make_engine(database_url, pooled=False)).transaction() as tx,
    ):
        tx.sql.run(waiver, ends="9999-12-31 00:00:00+00:00")


def test_who_was_around_a_release_was_kept_unread_before_and_is_read_now(database_url: str) -> None:
    schema.upgrade(database_url)
    engine = make_engine(database_url, pooled=False)
    back_before("0007", engine)
    with DatabaseStore(engine).transaction() as tx:
        tx.sql.run(
            """INSERT INTO release (service, team, kind, summary, rollback_plan, to_role, requested_by, extra)
            VALUES ('orders', 'ordering', 'standard', 's', 'p', 'prod', 'lena', :extra)""",
            extra=json.dumps({"for_team": '"ordering"', "attended_by": '"rob"'}),
        )
    schema.upgrade(database_url)
    with DatabaseStore(engine).transaction() as tx:
        release = tx.releases.get(tx.sql.value("SELECT id FROM release"))
    assert release is not None
    assert (release.for_team, release.attended_by, release.booking) == ("ordering", "rob", None)
