"""Bringing the release database up to date, once, twice, and by several at once."""

from concurrent.futures import ThreadPoolExecutor

from slipway.adapters.database import schema
from slipway.adapters.database.engine import make_engine
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
