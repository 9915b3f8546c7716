"""What surrounds a database and gives its statements their meaning: settings, collations, servers far away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.shapes import quote

_MEANING = (
    "search_path",
    "TimeZone",
    "DateStyle",
    "IntervalStyle",
    "bytea_output",
    "extra_float_digits",
    "xmlbinary",
    "xmloption",
    "standard_conforming_strings",
    "backslash_quote",
    "array_nulls",
    "transform_null_equals",
    "default_transaction_isolation",
    "default_toast_compression",
    "default_text_search_config",
    "check_function_bodies",
)
"""The same migration does something else where one of these is another."""
_SETTINGS = """
SELECT name, reset_val, quote_ident(current_user) FROM pg_settings
 WHERE lower(name) = ANY (SELECT lower(unnest(CAST(:names AS text[]))))"""
_LOCALE = """
SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()"""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Of the environment's own database, as its own role finds them."""

    settings: Mapping[str, str]
    locale: tuple[str, str, str]
    large_objects: int

    def not_covered(self, copy: Connection) -> Iterator[str]:
        """What a copy does not have of them, in words."""
        found = tuple(copy.execute(text(_LOCALE)).one())
        copy.rollback()
        if found != self.locale:
            yield f"The copy sorts text by {', '.join(found)}, the environment by {', '.join(self.locale)}."
        if self.large_objects:
            yield f"{self.large_objects} large objects: what becomes of them was not compared."


def read_surroundings(source: Connection) -> Surroundings:
    """What a session begins with there: settings of server, database and role together."""
    rows = source.execute(text(_SETTINGS), {"names": list(_MEANING)}).all()
    settings = {name: value.replace('"$user"', role) if name == "search_path" else value for name, value, role in rows}
    encoding, collate, ctype = source.execute(text(_LOCALE)).one()
    large: int = source.execute(text("SELECT count(*) FROM pg_largeobject_metadata")).scalar_one()
    source.rollback()
    return Surroundings(settings=settings, locale=(encoding, collate, ctype), large_objects=large)


def settle(admin: Connection, database: str, settings: Mapping[str, str]) -> None:
    """Makes sessions in a copy begin with these settings."""
    for name, value in settings.items():
        admin.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        admin.execute(text(f"ALTER DATABASE {quote(database)} SET {quote(name)} FROM CURRENT"))


def cut_off(copy: Connection) -> Iterator[str]:
    """Takes the copy its ways to servers far away: whatever needs one fails, and changes nothing there."""
    for server, who in copy.execute(text("SELECT srvname, usename FROM pg_user_mappings")).all():
        role = "PUBLIC" if who == "public" else quote(who)
        copy.execute(text(f"DROP USER MAPPING IF EXISTS FOR {role} SERVER {quote(server)}"))
        yield f"The foreign server {server} was cut off: what is there was neither read nor written."
    copy.commit()
