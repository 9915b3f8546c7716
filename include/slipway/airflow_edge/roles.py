"""Airflow roles of people and machines: what each may see and do there. Use cases judge the rest."""

from collections.abc import Mapping

from slipway.domain.people import Person, TeamRole

READER = "SlipwayReader"
RELEASER = "Releaser"
APPROVER = "Approver"
AUDITOR = "Auditor"
PLATFORM = "Platform"
PIPELINE = "Pipeline"
BREAK_GLASS = "BreakGlass"

MACHINES: Mapping[str, str] = {"platform": PLATFORM, "pipeline": PIPELINE}
"""Machine accounts and their one role beside reading. Machines never approve (R27)."""

Permission = tuple[str, str]

_READABLE = (
    *("DAGs", "DAG Code", "DAG Dependencies", "DAG Runs", "DAG Versions", "DAG Warnings", "Task Instances"),
    *(
        "Task Logs",
        "XComs",
        "HITL Detail",
        "Assets",
        "Asset Aliases",
        "Pools",
        "ImportError",
        "Jobs",
        "Plugins",
    ),
    *("Website", "My Profile", "My Password", "Cluster Activity"),
)
_MENUS = ("Browse", "DAGs", "DAG Runs", "Task Instances", "HITL Detail", "Assets", "Jobs", "Docs", "Plugins")
_READ: frozenset[Permission] = frozenset(
    {("can_read", resource) for resource in _READABLE}
    | {("menu_access", resource) for resource in _MENUS}
    | {("can_edit", "My Password"), ("can_edit", "My Profile")}
)
_EVERYTHING = (*("DAGs", "DAG Runs", "Task Instances", "XComs", "Pools", "Variables", "Connections"),)

PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    READER: _READ,
    RELEASER: frozenset({("can_create", "DAG Runs")}),
    APPROVER: frozenset({("can_edit", "HITL Detail")}),
    AUDITOR: frozenset({("can_create", "DAG Runs"), ("can_read", "Audit Logs"), ("menu_access", "Audit Logs")}),
    PLATFORM: frozenset({("can_create", "DAG Runs"), ("can_edit", "HITL Detail")}),
    PIPELINE: frozenset({("can_create", "DAG Runs"), ("can_create", "Assets")}),
    # Whoever breaks the glass may repair Airflow, but not answer requests: no grant comes from it. Nor send asset
    # events: those are the pipeline's word that something was built.
    BREAK_GLASS: frozenset(
        {
            (action, resource)
            for action in ("can_read", "can_create", "can_edit", "can_delete")
            for resource in _EVERYTHING
        }
    ),
}
"""Exactly what each role holds; `can_edit DAGs` is nobody's but BreakGlass's: it would bring pausing."""


def roles_of(person: Person) -> frozenset[str]:
    """The Airflow roles of a person. Who may answer a certain request is computed when it is asked."""
    roles = {READER}
    if person.second_line or person.has_role_anywhere(TeamRole.RELEASER):
        roles |= {RELEASER, APPROVER}
    elif not (person.auditor or person.platform_engineer):
        roles.add(APPROVER)  # a product owner, who may be asked to confirm
    if person.auditor or person.second_line or person.has_role_anywhere(TeamRole.MANAGER):
        roles.add(AUDITOR)
    return frozenset(roles)


_TRIGGERS: Mapping[str, frozenset[str]] = {
    "dev__": frozenset({RELEASER, PLATFORM, PIPELINE}),
    "release__": frozenset({RELEASER, PLATFORM}),
    "roll_back": frozenset({RELEASER, PLATFORM}),
    "record_change": frozenset({RELEASER, PLATFORM}),
    "audit_live": frozenset({AUDITOR, PLATFORM}),
}


def may_trigger(dag_id: str) -> frozenset[str]:
    """The roles that may start a run of this DAG; none for DAGs that are not the platform's."""
    if dag_id in _TRIGGERS and not dag_id.endswith("__"):
        return _TRIGGERS[dag_id]
    prefix, mark, service = dag_id.partition("__")
    return _TRIGGERS.get(prefix + mark, frozenset()) if mark and service else frozenset()
