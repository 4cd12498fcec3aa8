-- Agents with their capacity, their connections, the queue, the ledger of assignments and every decision.
-- Safe at any time: everything is new.

-- One row per tenant: whoever routes for a tenant holds it first. So "it waits, nobody is free" and "she is free, nobody
-- waits" cannot pass each other, and a claim cannot be lost to another replica.
CREATE TABLE tenant_queues (
    client_id uuid PRIMARY KEY
);
SELECT switchboard_protect('tenant_queues');

CREATE TABLE sector_agents (
    client_id             uuid NOT NULL,
    id                    uuid NOT NULL,
    name                  text NOT NULL,
    type                  text NOT NULL CHECK (type IN ('human', 'automated')),
    sector                text NOT NULL,
    priority              int NOT NULL CHECK (priority BETWEEN 0 AND 10),
    capabilities          jsonb NOT NULL DEFAULT '[]',
    capacity              int NOT NULL CHECK (capacity BETWEEN 0 AND 1000),
    load                  int NOT NULL DEFAULT 0,
    success_rate          double precision CHECK (success_rate BETWEEN 0 AND 1),
    mean_handling_seconds double precision CHECK (mean_handling_seconds BETWEEN 0 AND 1e9),
    -- What the tenant decided …
    active                boolean NOT NULL,
    -- … and whether the person's account allows it at all: not disabled, and a role that answers customers.
    suspended             boolean NOT NULL DEFAULT false,
    -- The person's role when accounts last spoke of it; null for an agent that is no user.
    user_role             text,
    -- As chosen.
    status                text NOT NULL DEFAULT 'offline' CHECK (status IN ('online', 'away', 'busy', 'offline')),
    -- Choosing "online" counts as a socket until then.
    present_until         timestamptz,
    last_assigned_at      timestamptz,
    -- What agent-presence-changed said last.
    announced_status      text NOT NULL DEFAULT 'offline',
    announced_load        int NOT NULL DEFAULT 0,
    announced_capacity    int NOT NULL DEFAULT 0,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    deleted_at            timestamptz,
    PRIMARY KEY (client_id, id),
    -- The last word, whatever the number of replicas.
    CONSTRAINT sector_agents_load CHECK (load >= 0 AND load <= capacity)
) WITH (fillfactor = 70);
CREATE INDEX sector_agents_name ON sector_agents (client_id, name, id) WHERE deleted_at IS NULL;
CREATE INDEX sector_agents_online ON sector_agents (client_id, id) WHERE status = 'online' OR announced_status = 'online';
SELECT switchboard_protect('sector_agents');
SELECT switchboard_open_to_lookup('sector_agents');

-- No foreign key: a gateway may know an agent before the router has heard of it.
CREATE TABLE agent_connections (
    client_id  uuid NOT NULL,
    agent_id   uuid NOT NULL,
    gateway    uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, agent_id, gateway)
) WITH (fillfactor = 70);
SELECT switchboard_protect('agent_connections');
SELECT switchboard_open_to_lookup('agent_connections');

-- A conversation as the router knows it: waiting for somebody, held by an agent, released (pending or resolved), closed.
CREATE TABLE work_items (
    client_id            uuid NOT NULL,
    conversation_id      uuid NOT NULL,
    customer_id          uuid NOT NULL,
    channel              text NOT NULL,
    sector               text NOT NULL,
    priority             int NOT NULL CHECK (priority BETWEEN 0 AND 10),
    -- So that the queue's order is ascending in every column of its index.
    rank                 int NOT NULL GENERATED ALWAYS AS (10 - priority) STORED,
    weight               int NOT NULL CHECK (weight > 0),
    status               text NOT NULL CHECK (status IN ('waiting', 'assigned', 'released', 'closed')),
    waiting_since        timestamptz NOT NULL,
    preferred_agent_id   uuid,
    returned_by_agent_id uuid,
    agent_id             uuid,
    assignment_id        uuid,
    -- Counts what this service said about the conversation's agent; chat applies only what is above its own number.
    assignment_number    bigint NOT NULL DEFAULT 0,
    -- Chat's sequence of the last status heard; what is not above it is late.
    status_sequence      bigint NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (client_id, conversation_id),
    CONSTRAINT work_items_owner CHECK (
        (status = 'assigned') = (agent_id IS NOT NULL) AND (agent_id IS NULL) = (assignment_id IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX work_items_queue ON work_items (client_id, sector, rank, waiting_since, conversation_id) WHERE status = 'waiting';
CREATE INDEX work_items_agent ON work_items (client_id, agent_id) WHERE agent_id IS NOT NULL;
SELECT switchboard_protect('work_items');
SELECT switchboard_open_to_lookup('work_items');

-- The ledger: who held what from when to when. The open ones are what load counts.
CREATE TABLE assignments (
    client_id       uuid NOT NULL,
    id              uuid NOT NULL,
    number          bigint NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id        uuid NOT NULL,
    weight          int NOT NULL CHECK (weight > 0),
    reason          text NOT NULL CHECK (reason IN ('routed', 'taken', 'assigned', 'transferred')),
    -- What the person who assigned it wrote.
    note            text,
    decision_id     uuid NOT NULL,
    -- The conversation was in the queue before: what waiting times are estimated from.
    waited          boolean NOT NULL,
    by_type         text NOT NULL,
    by_id           uuid,
    by_name         text NOT NULL,
    started_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    ended_reason    text,
    -- What the person who returned it wrote.
    ended_note      text,
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, agent_id) REFERENCES sector_agents (client_id, id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES work_items (client_id, conversation_id),
    CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE UNIQUE INDEX assignments_open ON assignments (client_id, conversation_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_agent ON assignments (client_id, agent_id, started_at);
CREATE INDEX assignments_waited ON assignments (client_id, started_at) WHERE waited;
SELECT switchboard_protect('assignments');

-- Why, for every claim and for every conversation that had to wait. Dropped by whole months.
CREATE TABLE decisions (
    client_id       uuid NOT NULL,
    id              uuid NOT NULL,
    at              timestamptz NOT NULL,
    conversation_id uuid NOT NULL,
    sector          text NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN ('assigned', 'preferred', 'queued', 'manual')),
    chosen_agent_id uuid,
    policy_version  int NOT NULL,
    snapshot_digest text NOT NULL,
    refusal_counts  jsonb NOT NULL,
    candidates      jsonb NOT NULL,
    PRIMARY KEY (client_id, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX decisions_conversation ON decisions (client_id, conversation_id, at DESC, id DESC);
SELECT switchboard_protect('decisions');
-- For the day on which nobody made the month in time; normally empty.
CREATE TABLE decisions_other PARTITION OF decisions DEFAULT;
SELECT switchboard_protect('decisions_other');

-- Makes this month's partition and the next two. The service calls it daily; it may make these tables and nothing else.
CREATE FUNCTION prepare_decision_partitions() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = router, switchboard, pg_temp AS $function$
DECLARE
    month date;
    partition_name text;
    made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('router.prepare_decision_partitions', 0));
    FOR ahead IN 0..2 LOOP
        month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date;
        partition_name := 'decisions_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('router.' || partition_name) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE router.%I PARTITION OF router.decisions FOR VALUES FROM (%L) TO (%L)', partition_name,
            month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        PERFORM switchboard_protect(format('router.%I', partition_name)::regclass);
        made := made + 1;
    END LOOP;
    RETURN made;
END $function$;
REVOKE ALL ON FUNCTION prepare_decision_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prepare_decision_partitions() TO switchboard_router;
SELECT prepare_decision_partitions();

CREATE TABLE agent_audit (
    client_id  uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL,
    agent_id   uuid NOT NULL,
    action     text NOT NULL,
    actor_type text NOT NULL,
    actor_id   uuid,
    actor_name text NOT NULL,
    before     jsonb,
    after      jsonb,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX agent_audit_agent ON agent_audit (client_id, agent_id, at DESC);
SELECT switchboard_protect('agent_audit');

-- Tenants with waiting work, in order, after one of them. Returns their ids and nothing of theirs.
CREATE FUNCTION tenants_with_waiting_work(after uuid, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    WITH RECURSIVE tenants AS (
        (SELECT client_id FROM router.work_items WHERE status = 'waiting' AND client_id > after ORDER BY client_id LIMIT 1)
        UNION ALL
        SELECT (SELECT w.client_id FROM router.work_items w
                 WHERE w.status = 'waiting' AND w.client_id > t.client_id ORDER BY w.client_id LIMIT 1)
          FROM tenants t WHERE t.client_id IS NOT NULL
    )
    SELECT client_id FROM tenants WHERE client_id IS NOT NULL LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_waiting_work(uuid, int)');

-- Tenants with an agent whose presence is no longer what was said of it, because time passed or a message was lost.
CREATE FUNCTION tenants_with_stale_presence(count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    SELECT DISTINCT a.client_id
      FROM router.sector_agents a
     WHERE (a.status = 'online' OR a.announced_status = 'online')
       AND a.deleted_at IS NULL
       AND (a.announced_status = 'online') <> (
               a.status = 'online'
               AND (a.type = 'automated' OR a.present_until > now()
                    OR EXISTS (SELECT FROM router.agent_connections c
                                WHERE c.client_id = a.client_id AND c.agent_id = a.id AND c.expires_at > now())))
     LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_stale_presence(int)');
