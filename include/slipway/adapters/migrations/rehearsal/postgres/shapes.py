"""The tables of a PostgreSQL database as rows are written into them."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from slipway.adapters.migrations.rehearsal.catalogue import OWN_TABLES
from slipway.adapters.migrations.rehearsal.shapes import Column, Reference, Table, quote

_CATEGORIES = {"S": "text", "N": "number", "B": "boolean", "D": "time", "E": "enum", "A": "array"}
_BY_NAME = {"uuid": "uuid", "json": "json", "jsonb": "json", "bytea": "bytes"}

_TABLES = """
SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND c.relname <> ALL (:own)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                      AND d.classid = 'pg_class'::regclass)
 ORDER BY n.nspname, c.relname"""
_COLUMNS = """
SELECT a.attname, a.attnum, format_type(a.atttypid, a.atttypmod) AS type, t.typcategory, t.typname, a.attnotnull,
       a.attgenerated <> '' AS generated, a.atttypmod, b.oid AS base,
       a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%', false) AS automatic,
       (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum
         WHERE enumtypid = coalesce(b.oid, t.oid)) AS labels
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = nullif(t.typbasetype, 0)
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_UNIQUES = """
SELECT x.indisprimary, ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attnum > 0
         AND (a.attnum = ANY (x.indkey) OR a.attnum IN (SELECT d.refobjsubid FROM pg_depend d
           WHERE d.objid = x.indexrelid AND d.classid = 'pg_class'::regclass AND d.refobjid = x.indrelid))) AS columns
  FROM pg_index x WHERE x.indrelid = :oid AND (x.indisunique OR x.indisexclusion)"""
_CONSTRAINTS = """
SELECT k.conname, k.contype, pg_get_expr(k.conbin, k.conrelid) AS expression, p.relname AS parent,
       n.nspname AS parent_schema,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY place) AS parent_columns
  FROM pg_constraint k LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace n ON n.oid = p.relnamespace
 WHERE k.conrelid = :oid AND k.contype IN ('c', 'f') AND k.conparentid = 0 ORDER BY k.conname"""


def read_tables(connection: Connection) -> Sequence[Table]:
    """All tables of the service; a partitioned one counts once."""
    rows = connection.execute(text(_TABLES), {"own": list(OWN_TABLES)}).all()
    found = [_table(connection, *row) for row in rows]
    connection.rollback()
    return found


def shown(schema: str, name: str) -> str:
    """How a table is named to people."""
    return name if schema == "public" else f"{schema}.{name}"


def _table(connection: Connection, oid: int, schema: str, name: str) -> Table:
    asked = {"oid": oid}
    uniques = connection.execute(text(_UNIQUES), asked).all()
    constraints = connection.execute(text(_CONSTRAINTS), asked).mappings().all()
    return Table(
        name=shown(schema, name),
        id=str(oid),
        quoted=f"{quote(schema)}.{quote(name)}",
        columns=[_column(row) for row in connection.execute(text(_COLUMNS), asked).mappings()],
        key=next((tuple(columns) for primary, columns in uniques if primary), ()),
        uniques=frozenset(frozenset(columns) for _, columns in uniques),
        references=[_reference(row) for row in constraints if row["contype"] == "f"],
        checks={
            row["conname"]: (row["expression"], tuple(row["columns"])) for row in constraints if row["contype"] == "c"
        },
    )


def _column(row: RowMapping) -> Column:
    category = _BY_NAME.get(row["typname"]) or _CATEGORIES.get(row["typcategory"], "other")
    has_length = row["typname"] in {"varchar", "bpchar"} and row["atttypmod"] > 0
    return Column(
        name=row["attname"],
        id=str(row["attnum"]),
        type=row["type"],
        category=category,
        nullable=not row["attnotnull"],
        automatic=row["automatic"],
        generated=row["generated"],
        length=row["atttypmod"] - 4 if has_length else None,
        labels=tuple(row["labels"] or ()),
    )


def _reference(row: RowMapping) -> Reference:
    return Reference(
        columns=tuple(row["columns"]),
        parent=f"{quote(row['parent_schema'])}.{quote(row['parent'])}",
        parent_columns=tuple(row["parent_columns"]),
        parent_name=shown(row["parent_schema"], row["parent"]),
    )
