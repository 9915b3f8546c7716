"""Databases of sample services are found by what the catalogue names."""

from pathlib import Path

from slipway.platform.service_databases import migrated_connections


def test_every_connection_that_a_service_migrates_is_found(tmp_path: Path) -> None:
    services = tmp_path / "services"
    services.mkdir()
    (services / "shop.yaml").write_text("stages:\n  dev: {database: shop_dev}\n  prod:\n    database: shop_live\n")
    (services / "static.yaml").write_text("stages: {dev: {}}\n")
    assert migrated_connections(tmp_path) == {"shop_dev", "shop_live"}


def test_a_broken_file_hides_only_itself(tmp_path: Path) -> None:
    services = tmp_path / "services"
    services.mkdir()
    (services / "broken.yaml").write_text("stages: [")
    (services / "shop.yaml").write_text("stages: {dev: {database: shop}}\n")
    assert migrated_connections(tmp_path) == {"shop"}


def test_the_demo_catalogue_names_at_least_one() -> None:
    project = Path(__file__).resolve().parents[3]
    assert migrated_connections(project / "include" / "catalogue")
