-- Side effects outside, a row each, written in the transaction that decides them. Applied to the schema of each service that has
-- some, which is first on the search path. Safe at any time: everything is new.

CREATE TABLE jobs (
    client_id         uuid NOT NULL,
    id                uuid NOT NULL,
    -- The order in which jobs of one key were made; their writers are ordered where order matters, by the lock of a conversation for one.
    number            bigint GENERATED ALWAYS AS IDENTITY,
    kind              text NOT NULL CHECK (octet_length(kind) BETWEEN 1 AND 64),
    key               text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 200),
    deduplication_id  text NOT NULL CHECK (octet_length(deduplication_id) BETWEEN 1 AND 200),
    payload           bytea NOT NULL CHECK (length(payload) <= 262144),
    state             text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'unknown')),
    attempt           int NOT NULL DEFAULT 0,
    tries             int NOT NULL DEFAULT 0,
    tried_since       timestamptz NOT NULL,
    not_before        timestamptz NOT NULL,
    lease_until       timestamptz,
    may_have_happened boolean NOT NULL DEFAULT false,
    look_ups          int NOT NULL DEFAULT 0,
    look_up_at        timestamptz,
    last_error        jsonb,
    created_at        timestamptz NOT NULL,
    finished_at       timestamptz,
    -- Later ones of its key wait: it is to be sent, is being sent, or may turn out to be to be sent.
    holds_key         boolean NOT NULL GENERATED ALWAYS AS (
                          state IN ('queued', 'running') OR (state = 'unknown' AND look_up_at IS NOT NULL)) STORED,
    PRIMARY KEY (client_id, id),
    UNIQUE (client_id, kind, deduplication_id),
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL)),
    CHECK (look_up_at IS NULL OR state = 'unknown')
) WITH (fillfactor = 80);

-- One at a time, whatever the number of replicas: the last word.
CREATE UNIQUE INDEX jobs_running_key ON jobs (client_id, key) WHERE state = 'running';
CREATE INDEX jobs_held_key ON jobs (client_id, key, number) WHERE holds_key;
CREATE INDEX jobs_queued ON jobs (client_id, not_before, number) WHERE state = 'queued';
CREATE INDEX jobs_leased ON jobs (client_id, lease_until) WHERE state = 'running';
CREATE INDEX jobs_looked_up ON jobs (client_id, look_up_at) WHERE look_up_at IS NOT NULL;
CREATE INDEX jobs_finished ON jobs (client_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_listed ON jobs (client_id, created_at, id);
CREATE INDEX jobs_open ON jobs (kind, state, tried_since) WHERE state <> 'done';
SELECT switchboard_protect('jobs');
SELECT switchboard_open_to_lookup('jobs');

-- The first of the tenants behind `after` with a job that is due: to be tried, looked up, or taken from a worker that was lost. From tenant
-- to tenant by the index, so that one with many jobs costs as much as one with few. Returns ids and nothing of theirs.
CREATE FUNCTION tenants_with_due_jobs(at timestamptz, after uuid, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    SELECT client_id FROM (
        (WITH RECURSIVE t AS (
            (SELECT client_id, not_before AS due FROM jobs
              WHERE state = 'queued' AND client_id > after ORDER BY client_id, not_before LIMIT 1)
            UNION ALL
            SELECT n.client_id, n.due FROM t CROSS JOIN LATERAL (
                SELECT j.client_id, j.not_before AS due FROM jobs j
                 WHERE j.state = 'queued' AND j.client_id > t.client_id ORDER BY j.client_id, j.not_before LIMIT 1) AS n)
         SELECT client_id FROM t WHERE due <= at LIMIT count)
        UNION
        (WITH RECURSIVE t AS (
            (SELECT client_id, lease_until AS due FROM jobs
              WHERE state = 'running' AND client_id > after ORDER BY client_id, lease_until LIMIT 1)
            UNION ALL
            SELECT n.client_id, n.due FROM t CROSS JOIN LATERAL (
                SELECT j.client_id, j.lease_until AS due FROM jobs j
                 WHERE j.state = 'running' AND j.client_id > t.client_id ORDER BY j.client_id, j.lease_until LIMIT 1) AS n)
         SELECT client_id FROM t WHERE due <= at LIMIT count)
        UNION
        (WITH RECURSIVE t AS (
            (SELECT client_id, look_up_at AS due FROM jobs
              WHERE look_up_at IS NOT NULL AND client_id > after ORDER BY client_id, look_up_at LIMIT 1)
            UNION ALL
            SELECT n.client_id, n.due FROM t CROSS JOIN LATERAL (
                SELECT j.client_id, j.look_up_at AS due FROM jobs j
                 WHERE j.look_up_at IS NOT NULL AND j.client_id > t.client_id ORDER BY j.client_id, j.look_up_at LIMIT 1) AS n)
         SELECT client_id FROM t WHERE due <= at LIMIT count)) AS due
     ORDER BY client_id LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_due_jobs(timestamptz, uuid, int)');

-- The first of the tenants behind `after` with a job that ended before `before`.
CREATE FUNCTION tenants_with_finished_jobs(before timestamptz, after uuid, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    WITH RECURSIVE t AS (
        (SELECT client_id, finished_at FROM jobs
          WHERE finished_at IS NOT NULL AND client_id > after ORDER BY client_id, finished_at LIMIT 1)
        UNION ALL
        SELECT n.client_id, n.finished_at FROM t CROSS JOIN LATERAL (
            SELECT j.client_id, j.finished_at FROM jobs j
             WHERE j.finished_at IS NOT NULL AND j.client_id > t.client_id ORDER BY j.client_id, j.finished_at LIMIT 1) AS n)
    SELECT client_id FROM t WHERE finished_at < before LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_finished_jobs(timestamptz, uuid, int)');

-- Numbers for metrics, of all tenants together.
CREATE FUNCTION job_figures() RETURNS TABLE (kind text, state text, count bigint, oldest timestamptz) LANGUAGE sql STABLE AS $function$
    SELECT j.kind, j.state, count(*), min(j.tried_since) FROM jobs j WHERE j.state <> 'done' GROUP BY j.kind, j.state
$function$;
SELECT switchboard_lookup_function('job_figures()');
