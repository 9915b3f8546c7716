-- Releases, attempts and stages ------------------------------------------------------------------------------------

CREATE SEQUENCE release_number;
CREATE SEQUENCE fencing_number;

CREATE TABLE release (
    id              text PRIMARY KEY DEFAULT 'r' || nextval('release_number'),
    service         text NOT NULL,
    team            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('standard', 'security', 'emergency')),
    summary         text NOT NULL,
    rollback_plan   text NOT NULL,
    to_role         text NOT NULL CHECK (to_role IN ('dev', 'preprod', 'prod')),
    requested_by    text NOT NULL,
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'awaiting_retry', 'ended')),
    outcome         text,
    requested_at    timestamptz NOT NULL DEFAULT now(),
    ticket          text,
    fixes           text,
    product_owner   text,
    extra           jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX release_by_service ON release (service, requested_at DESC);

CREATE TABLE release_requester (
    release_id      text NOT NULL REFERENCES release,
    person          text NOT NULL,
    PRIMARY KEY (release_id, person)
);

CREATE TABLE attempt (
    id                  text PRIMARY KEY,
    release_id          text NOT NULL REFERENCES release,
    number              integer NOT NULL,
    dag_id              text NOT NULL,
    run_id              text NOT NULL,
    version             text NOT NULL,
    digest              text NOT NULL,
    origin              text NOT NULL CHECK (origin IN ('person', 'schedule', 'pipeline', 'platform')),
    actor               text NOT NULL,
    opened_at           timestamptz NOT NULL DEFAULT now(),
    ended_at            timestamptz,
    outcome             text,
    stop_requested_by   text,
    stop_reason         text,
    UNIQUE (release_id, number),
    UNIQUE (dag_id, run_id)
);
CREATE UNIQUE INDEX one_open_attempt_per_release ON attempt (release_id) WHERE outcome IS NULL;

CREATE TABLE stage (
    attempt_id          text NOT NULL REFERENCES attempt,
    role                text NOT NULL CHECK (role IN ('dev', 'preprod', 'prod')),
    environment         text NOT NULL,
    definition          jsonb NOT NULL,
    policy_hash         text NOT NULL,
    ending              text,
    ending_detail       text NOT NULL DEFAULT '',
    smoke               text CHECK (smoke IN ('pass', 'fail', 'unknown')),
    confirmed           text CHECK (confirmed IN ('pass', 'fail')),
    previous_digest     text,
    previous_version    text,
    previous_revision   text,
    outcome             text,
    detail              text NOT NULL DEFAULT '',
    finished_at         timestamptz,
    PRIMARY KEY (attempt_id, role)
);
CREATE INDEX stage_unfinished ON stage (attempt_id) WHERE outcome IS NULL;

-- Turn, lease, permit, activity ------------------------------------------------------------------------------------

CREATE TABLE turn (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane            text NOT NULL,
    attempt_id      text NOT NULL REFERENCES attempt,
    role            text NOT NULL,
    state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'holding', 'freed')),
    rank            integer NOT NULL,
    ready_at        timestamptz NOT NULL,
    fencing         bigint UNIQUE,
    queued_at       timestamptz NOT NULL DEFAULT now(),
    taken_at        timestamptz,
    slot_parked_at  timestamptz,
    freed_at        timestamptz,
    CHECK (state <> 'holding' OR fencing IS NOT NULL)
);
CREATE UNIQUE INDEX one_holder_per_lane ON turn (lane) WHERE state = 'holding';
CREATE UNIQUE INDEX one_turn_per_stage ON turn (attempt_id, role) WHERE state <> 'freed';
CREATE INDEX turn_queue ON turn (lane, rank DESC, ready_at, id) WHERE state = 'waiting';

CREATE TABLE service_lease (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    environment     text NOT NULL,
    attempt_id      text NOT NULL REFERENCES attempt,
    role            text NOT NULL,
    fencing         bigint NOT NULL,
    taken_at        timestamptz NOT NULL DEFAULT now(),
    freed_at        timestamptz
);
CREATE UNIQUE INDEX one_live_lease_per_service_and_environment ON service_lease (service, environment) WHERE freed_at IS NULL;

CREATE TABLE permit (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempt_id      text NOT NULL REFERENCES attempt,
    role            text NOT NULL,
    digest          text NOT NULL,
    policy_hash     text NOT NULL,
    fencing         bigint NOT NULL,
    grants          bigint[] NOT NULL,
    issued_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (attempt_id, role)
);

CREATE TABLE activity (
    id              text PRIMARY KEY,
    permit_id       bigint NOT NULL REFERENCES permit,
    attempt_id      text NOT NULL REFERENCES attempt,
    role            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('migrate', 'deploy', 'undo')),
    number          integer NOT NULL,
    state           text NOT NULL DEFAULT 'open'
                    CHECK (state IN ('open', 'done', 'failed', 'settled_done', 'settled_failed', 'quarantined')),
    digest          text,
    fencing         bigint NOT NULL,
    task_instance   text NOT NULL,
    host            text NOT NULL,
    pid             integer NOT NULL,
    opened_at       timestamptz NOT NULL DEFAULT now(),
    deadline        timestamptz NOT NULL,
    closed_at       timestamptz,
    detail          text NOT NULL DEFAULT '',
    UNIQUE (permit_id, kind, number)
);
CREATE UNIQUE INDEX one_open_activity_per_stage ON activity (attempt_id, role) WHERE state = 'open';

-- A lease is never freed over an open activity, whatever the code above does. --------------------------------------

CREATE FUNCTION refuse_freeing_over_an_open_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM activity a
               WHERE a.attempt_id = OLD.attempt_id AND a.role = OLD.role AND a.state = 'open') THEN
        RAISE EXCEPTION 'an activity of % % is open: settle it before its % is freed',
            OLD.attempt_id, OLD.role, TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER service_lease_outlives_its_activities BEFORE UPDATE OF freed_at ON service_lease
    FOR EACH ROW WHEN (OLD.freed_at IS NULL AND NEW.freed_at IS NOT NULL)
    EXECUTE FUNCTION refuse_freeing_over_an_open_activity();
CREATE TRIGGER turn_outlives_its_activities BEFORE UPDATE OF state ON turn
    FOR EACH ROW WHEN (OLD.state = 'holding' AND NEW.state = 'freed')
    EXECUTE FUNCTION refuse_freeing_over_an_open_activity();

-- Nor is work begun without one.
CREATE FUNCTION refuse_work_without_a_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM service_lease l WHERE l.attempt_id = NEW.attempt_id AND l.role = NEW.role
                   AND l.fencing = NEW.fencing AND l.freed_at IS NULL) THEN
        RAISE EXCEPTION '% % holds no lease with fencing number %: no activity is opened',
            NEW.attempt_id, NEW.role, NEW.fencing;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activity_needs_a_lease BEFORE INSERT ON activity
    FOR EACH ROW EXECUTE FUNCTION refuse_work_without_a_lease();

-- Grants and proofs ------------------------------------------------------------------------------------------------

CREATE TABLE approval_request (
    attempt_id      text NOT NULL REFERENCES attempt,
    step            text NOT NULL,
    task_instance   text NOT NULL,
    evidence        text NOT NULL,
    evidence_hash   text NOT NULL,
    eligible        text[] NOT NULL,
    asked_at        timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    asked           integer NOT NULL DEFAULT 1,
    answered_at     timestamptz,
    PRIMARY KEY (attempt_id, step)
);

CREATE TABLE "grant" (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    release_id      text NOT NULL REFERENCES release,
    attempt_id      text NOT NULL REFERENCES attempt,
    step            text NOT NULL,
    person          text NOT NULL,
    person_name     text NOT NULL,
    person_roles    jsonb NOT NULL,
    signed_in_by    text NOT NULL,
    hitl_id         text NOT NULL,
    decision        text NOT NULL CHECK (decision IN ('Approve', 'Reject')),
    comment         text NOT NULL,
    looked_by       text NOT NULL,
    looked_at       text NOT NULL,
    digest          text NOT NULL,
    migration_proof text NOT NULL,
    environment     text NOT NULL,
    policy_hash     text NOT NULL,
    evidence        text NOT NULL,
    evidence_hash   text NOT NULL,
    granted_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    voided_at       timestamptz,
    voided_because  text,
    UNIQUE (attempt_id, step)
);

CREATE TABLE proof (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    environment     text NOT NULL,
    version         text NOT NULL,
    digest          text NOT NULL,
    attempt_id      text NOT NULL REFERENCES attempt,
    verdict         text NOT NULL CHECK (verdict IN ('pass', 'fail', 'unknown')),
    checks          jsonb NOT NULL,
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX proof_latest ON proof (service, environment, digest, id DESC);

-- What the log says runs: one row for each change of an environment, the newest counts.
CREATE TABLE deployment (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    environment     text NOT NULL,
    version         text,
    digest          text,
    attempt_id      text NOT NULL REFERENCES attempt,
    kind            text NOT NULL CHECK (kind IN ('deploy', 'undo')),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deployment_latest ON deployment (service, environment, id DESC);

CREATE TABLE bad_version (
    service         text NOT NULL,
    digest          text NOT NULL,
    version         text NOT NULL,
    because         text NOT NULL,
    marked_by       text NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, digest)
);

CREATE TABLE hold (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope           text NOT NULL CHECK (scope IN ('all', 'environment', 'service')),
    name            text,
    reason          text NOT NULL,
    placed_by       text NOT NULL,
    placed_at       timestamptz NOT NULL DEFAULT now(),
    until           timestamptz,
    exempt_release  text REFERENCES release,
    lifted_at       timestamptz,
    lifted_by       text,
    lifted_because  text,
    CHECK ((scope = 'all') = (name IS NULL))
);
CREATE INDEX hold_standing ON hold (scope, name) WHERE lifted_at IS NULL;

-- Messages to people -----------------------------------------------------------------------------------------------

CREATE TABLE outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key             text NOT NULL UNIQUE,
    channel         text NOT NULL,
    text            text NOT NULL,
    payload         jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    tries           integer NOT NULL DEFAULT 0,
    last_error      text
);
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;

-- The log ----------------------------------------------------------------------------------------------------------
-- Numbered, timed, chained and hashed here, so that no writer can get it wrong. The one row of log_head is locked
-- from the append to the commit: appends are in order, and a rolled-back fact leaves no gap.

CREATE TABLE log (
    seq             bigint PRIMARY KEY,
    at              timestamptz NOT NULL,
    kind            text NOT NULL,
    release_id      text,
    attempt         text,
    service         text,
    environment     text,
    actor           text NOT NULL,
    via             text NOT NULL,
    payload         text NOT NULL,
    prev_hash       text NOT NULL,
    hash            text NOT NULL
);
CREATE INDEX log_by_release ON log (release_id, seq);
CREATE INDEX log_by_kind ON log (kind, seq);

CREATE TABLE log_head (
    one             boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq             bigint NOT NULL,
    hash            text NOT NULL
);
INSERT INTO log_head (seq, hash) VALUES (0, repeat('0', 64));

CREATE FUNCTION framed(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-')
$$;

CREATE FUNCTION chain_log_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head log_head;
BEGIN
    SELECT * INTO STRICT head FROM log_head FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.at := clock_timestamp();
    NEW.prev_hash := head.hash;
    NEW.hash := encode(sha256(convert_to(
        framed(NEW.seq::text)
        || framed(to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || framed(NEW.kind) || framed(NEW.release_id) || framed(NEW.attempt) || framed(NEW.service)
        || framed(NEW.environment) || framed(NEW.actor) || framed(NEW.via) || framed(NEW.payload)
        || framed(NEW.prev_hash), 'UTF8')), 'hex');
    UPDATE log_head SET seq = NEW.seq, hash = NEW.hash;
    RETURN NEW;
END $$;
CREATE TRIGGER log_is_chained BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION chain_log_entry();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_is_never_emptied BEFORE TRUNCATE ON log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_head_is_never_removed BEFORE DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_head_is_never_emptied BEFORE TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_head_moves_with_the_log BEFORE UPDATE ON log_head FOR EACH ROW
    WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_is_never_removed BEFORE DELETE ON "grant" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_is_fixed BEFORE UPDATE OF id, release_id, attempt_id, step, person, person_name, person_roles,
    signed_in_by, hitl_id, decision, comment, looked_by, looked_at, digest, migration_proof, environment, policy_hash,
    evidence, evidence_hash, granted_at, expires_at ON "grant" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_is_never_emptied BEFORE TRUNCATE ON "grant" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER permit_is_never_emptied BEFORE TRUNCATE ON permit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER permit_is_final BEFORE UPDATE OR DELETE ON permit FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- People and rules in effect: the newest row counts. -----------------------------------------------------------------

CREATE TABLE policy (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest          text NOT NULL,
    platform        jsonb NOT NULL,
    people          jsonb NOT NULL,
    activated_by    text NOT NULL,
    activated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER policy_is_append_only BEFORE UPDATE OR DELETE ON policy FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_is_never_emptied BEFORE TRUNCATE ON policy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
