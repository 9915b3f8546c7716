"""What use cases need of the outside world: small Protocols, one adapter each.

`outside` holds targets, artefacts, migrations, probes and the like; each has a fake that passes the same contract
test. `store` is the release database: its tests run on a real PostgreSQL, so it needs no fake (ADR 0005).
"""
