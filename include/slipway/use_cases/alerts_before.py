"""What fires in live before a release touches it: such an alert is no sign against the release (R17)."""

from slipway.domain.service import StageRole
from slipway.domain.watch import SourceKind
from slipway.ports.outside.checks import Look
from slipway.use_cases.world import World


def see_alerts_before(world: World, attempt_id: str, role: StageRole) -> None:
    """Looks once at each check of alerts, before the stage's first work; what it sees is kept beside the watch's looks.

    Refuses nothing, and takes no longer than a look may: where the source does not answer, the watch has nothing to
    compare with, and says so. A rescue does not come here."""
    if role is not StageRole.PROD:
        return
    with world.store.transaction() as tx:
        settings = tx.stages.get(attempt_id, role).definition.watch
        if settings is None or tx.activities.of_stage(attempt_id, role):
            return
        seen = tx.watch_samples.of_stage(attempt_id, role)
        wanted = [
            check
            for check in settings.checks
            if check.source is SourceKind.ALERTMANAGER and all(one.problem for one in seen.get(check.name, ()))
        ]
        looks = [Look(check=check, instants=(tx.now,)) for check in wanted]
        hosts = tx.policy().platform.watch_hosts
    if not looks:
        return
    found = world.monitor.look(looks, hosts)
    with world.store.transaction() as tx:
        for look, samples in zip(looks, found, strict=True):
            tx.watch_samples.add(attempt_id, role, look.check.name, samples)
