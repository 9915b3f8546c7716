"""The catalogue of a PostgreSQL database, by our own queries: all that a migration can leave behind."""

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.catalogue import OWN_TABLES, Catalogue

_FOREIGN = """NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = {0}.oid AND e.deptype = 'e'
              AND e.classid = '{1}'::regclass)"""
_NAME = "CASE {0} WHEN 'public' THEN '' ELSE {0} || '.' END || "
_GRANTS = """(SELECT string_agg(who, ', ' ORDER BY who) FROM (
    SELECT CASE WHEN grantee = {owner} THEN 'owner' WHEN grantee = 0 THEN 'public'
                ELSE pg_get_userbyid(grantee)::text END || '=' || privilege_type
           || CASE WHEN is_grantable THEN '*' ELSE '' END AS who
      FROM aclexplode(coalesce({acl}, acldefault('{kind}', {owner})))) AS granted)"""

_OTHERS = {
    "cast": "pg_cast",
    "collation": "pg_collation",
    "conversion": "pg_conversion",
    "foreign data wrapper": "pg_foreign_data_wrapper",
    "foreign server": "pg_foreign_server",
    "language": "pg_language",
    "operator": "pg_operator",
    "operator class": "pg_opclass",
    "operator family": "pg_opfamily",
    "text search configuration": "pg_ts_config",
    "text search dictionary": "pg_ts_dict",
    "transform": "pg_transform",
}
"""Rarely made, so only that they are there is compared."""
_FIRST_MADE_BY_PEOPLE = 16384
_ALL_OTHERS = "".join(
    f"""UNION ALL SELECT '{kind}', pg_describe_object('{where}'::regclass, o.oid, 0), ''
    FROM {where} o WHERE o.oid >= {_FIRST_MADE_BY_PEOPLE} AND {_FOREIGN.format("o", where)}
"""
    for kind, where in _OTHERS.items()
)

_QUERY = f"""
WITH spaces AS (
    SELECT * FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND {_FOREIGN.format("n", "pg_namespace")}),
relations AS (
    SELECT c.*, {_NAME.format("n.nspname")} c.relname AS name
      FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
     WHERE c.relname <> ALL (:own) AND {_FOREIGN.format("c", "pg_class")}),
tables AS (SELECT * FROM relations WHERE relkind IN ('r', 'p', 'f')),
routines AS (
    SELECT p.*, {_NAME.format("n.nspname")} p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name
      FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace WHERE {_FOREIGN.format("p", "pg_proc")}),
types AS (
    SELECT t.*, {_NAME.format("n.nspname")} t.typname AS name
      FROM pg_type t JOIN spaces n ON n.oid = t.typnamespace
     WHERE {_FOREIGN.format("t", "pg_type")} AND t.typcategory <> 'A'
       AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))

SELECT 'schema', nspname::text, '' FROM spaces
UNION ALL SELECT 'grants', 'schema ' || nspname,
    {_GRANTS.format(owner="nspowner", acl="nspacl", kind="n")} FROM spaces
UNION ALL SELECT 'table', name, concat_ws(' ', relkind, relpersistence, relreplident, reloptions::text,
    (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i
      WHERE i.inhrelid = t.oid), pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid)) FROM tables t
UNION ALL SELECT 'row security', name, concat_ws(' ', relrowsecurity, relforcerowsecurity) FROM tables
UNION ALL SELECT 'view', name, concat_ws(' ', relkind, reloptions::text, pg_get_viewdef(oid),
        CASE WHEN relkind = 'm' AND NOT relispopulated THEN 'not populated' END)
    FROM relations WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'grants', name, {_GRANTS.format(owner="relowner", acl="relacl", kind="r")}
    FROM relations WHERE relkind IN ('r', 'p', 'f', 'v', 'm')
UNION ALL SELECT 'sequence', r.name, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax,
        seqcache, seqcycle, (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d
         JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.objid = r.oid AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))
    FROM relations r JOIN pg_sequence s ON s.seqrelid = r.oid
UNION ALL SELECT 'grants', name, {_GRANTS.format(owner="relowner", acl="relacl", kind="s")}
    FROM relations WHERE relkind = 'S'
UNION ALL SELECT 'column', r.name || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'not null' END,
        (SELECT 'not valid' FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'n'
            AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated),
        'default ' || pg_get_expr(d.adbin, d.adrelid), nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
        'collate ' || (SELECT l.collname FROM pg_collation l JOIN pg_type y ON y.oid = a.atttypid
            WHERE l.oid = a.attcollation AND a.attcollation <> y.typcollation),
        CASE WHEN a.attstorage <> (SELECT y.typstorage FROM pg_type y WHERE y.oid = a.atttypid)
            THEN 'storage ' || a.attstorage::text END)
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm')
UNION ALL SELECT 'grants', r.name || '.' || a.attname, {_GRANTS.format(owner="r.relowner", acl="a.attacl", kind="c")}
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL SELECT 'constraint', r.name || '.' || k.conname,
        pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' (not validated)' END
    FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid WHERE k.contype NOT IN ('n', 't')
UNION ALL SELECT 'index', r.name || '.' || i.relname, concat_ws(' ', pg_get_indexdef(i.oid),
        CASE WHEN NOT x.indisvalid THEN 'INVALID' END, CASE WHEN x.indisclustered THEN 'clustered' END,
        CASE WHEN x.indisreplident THEN 'replica identity' END)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN relations r ON r.oid = x.indrelid
UNION ALL SELECT 'statistics', {_NAME.format("n.nspname")} s.stxname, pg_get_statisticsobjdef(s.oid)
    FROM pg_statistic_ext s JOIN spaces n ON n.oid = s.stxnamespace
UNION ALL SELECT 'trigger', r.name || '.' || g.tgname, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
    FROM pg_trigger g JOIN relations r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL SELECT 'rule', r.name || '.' || u.rulename, pg_get_ruledef(u.oid) || ' ' || u.ev_enabled::text
    FROM pg_rewrite u JOIN relations r ON r.oid = u.ev_class WHERE u.rulename <> '_RETURN'
UNION ALL SELECT 'policy', r.name || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive,
        (SELECT string_agg(CASE m WHEN 0 THEN 'public' ELSE pg_get_userbyid(m)::text END, ', ' ORDER BY m)
           FROM unnest(p.polroles) m), 'using ' || pg_get_expr(p.polqual, p.polrelid),
        'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
UNION ALL SELECT 'function', name, CASE WHEN prokind = 'a'
        THEN (SELECT concat_ws(' ', 'aggregate', aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
                FROM pg_aggregate g WHERE g.aggfnoid = f.oid)
        ELSE pg_get_functiondef(oid) END FROM routines f
UNION ALL SELECT 'grants', name, {_GRANTS.format(owner="proowner", acl="proacl", kind="f")} FROM routines
UNION ALL SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END, name, concat_ws(' ', typtype,
        CASE WHEN typtype = 'd' THEN format_type(typbasetype, typtypmod) END, CASE WHEN typnotnull THEN 'not null' END,
        'default ' || typdefault,
        (SELECT string_agg(quote_literal(enumlabel::text), ', ' ORDER BY enumsortorder) FROM pg_enum
          WHERE enumtypid = t.oid),
        (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint
          WHERE contypid = t.oid),
        (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attname) FROM pg_attribute
          WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped)) FROM types t
UNION ALL SELECT 'grants', 'type ' || name, {_GRANTS.format(owner="typowner", acl="typacl", kind="T")} FROM types
UNION ALL SELECT 'extension', extname::text, extversion FROM pg_extension
UNION ALL SELECT 'event trigger', evtname::text, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags::text)
    FROM pg_event_trigger
UNION ALL SELECT 'grants',
        'default ' || coalesce(d.defaclnamespace::regnamespace::text, '') || ' ' || d.defaclobjtype::text,
        {_GRANTS.format(owner="d.defaclrole", acl="d.defaclacl", kind="r")} FROM pg_default_acl d
UNION ALL SELECT 'publication', pubname || ' ' || schemaname || '.' || tablename, '' FROM pg_publication_tables
UNION ALL SELECT 'comment', r.name || coalesce('.' || a.attname, ''), d.description
    FROM pg_description d JOIN relations r ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid
    LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.objsubid AND d.objsubid > 0
{_ALL_OTHERS}"""


def read_catalogue(connection: Connection) -> Catalogue:
    """All of it, with every name qualified; leaves nothing open."""
    connection.execute(text("SELECT set_config('search_path', 'pg_catalog', true)"))
    rows = connection.execute(text(_QUERY), {"own": list(OWN_TABLES)}).all()
    connection.rollback()
    return {(kind, name): definition or "" for kind, name, definition in rows}


def invalid_indexes(connection: Connection) -> list[str]:
    """What a CREATE INDEX CONCURRENTLY that failed has left."""
    found = connection.scalars(
        text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready ORDER BY 1")
    ).all()
    connection.rollback()
    return list(found)
