-- Offers, timers, what a conversation asks for, and capacity by channel.
-- Safe while the older router runs: new tables, and columns with constant defaults, so no table is rewritten. The older router does not
-- know the status 'offered': let tenants ask for offers once all replicas are new.
SET LOCAL lock_timeout = '2s';

CREATE FUNCTION channels_fit(loads jsonb, capacities jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $function$
    SELECT NOT EXISTS (
        SELECT FROM jsonb_each_text(capacities) AS c WHERE coalesce((loads ->> c.key)::int, 0) > c.value::int)
$function$;

ALTER TABLE sector_agents
    ADD COLUMN channel_capacities jsonb NOT NULL DEFAULT '{}',
    -- The load by channel; held by the same statement that changes load.
    ADD COLUMN channel_loads jsonb NOT NULL DEFAULT '{}',
    -- The last word, whatever the number of replicas.
    ADD CONSTRAINT sector_agents_channels CHECK (router.channels_fit(channel_loads, channel_capacities));

-- Of all companies at once: only the owner, and only here.
ALTER TABLE sector_agents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE work_items NO FORCE ROW LEVEL SECURITY;
UPDATE sector_agents a SET channel_loads = held.loads
  FROM (SELECT client_id, agent_id, jsonb_object_agg(channel, weight) AS loads
          FROM (SELECT client_id, agent_id, channel, sum(weight) AS weight FROM work_items
                 WHERE agent_id IS NOT NULL GROUP BY client_id, agent_id, channel) AS by_channel
         GROUP BY client_id, agent_id) AS held
 WHERE a.client_id = held.client_id AND a.id = held.agent_id;
ALTER TABLE sector_agents FORCE ROW LEVEL SECURITY;
ALTER TABLE work_items FORCE ROW LEVEL SECURITY;

ALTER TABLE work_items
    -- Transferred to a team: its sector and team are no longer what chat says.
    ADD COLUMN moved                 boolean NOT NULL DEFAULT false,
    ADD COLUMN required_capabilities jsonb NOT NULL DEFAULT '[]',
    -- Agents that were offered it and did not take it, and until when they are not asked again.
    ADD COLUMN declined_by           jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN declined_until        timestamptz,
    ADD COLUMN offer_id              uuid,
    ADD COLUMN offered_agent_id      uuid,
    ADD COLUMN offer_expires_at      timestamptz,
    DROP CONSTRAINT work_items_status_check,
    ADD CONSTRAINT work_items_status_check CHECK (status IN ('waiting', 'offered', 'assigned', 'released', 'closed')),
    ADD CONSTRAINT work_items_offer CHECK (
        (status = 'offered') = (offer_id IS NOT NULL) AND (offer_id IS NULL) = (offered_agent_id IS NULL)
        AND (offer_id IS NULL) = (offer_expires_at IS NULL));
CREATE INDEX work_items_offered ON work_items (client_id, offered_agent_id) WHERE offered_agent_id IS NOT NULL;
CREATE INDEX work_items_queued ON work_items (client_id, sector, rank, waiting_since, conversation_id)
    WHERE status IN ('waiting', 'offered');
CREATE INDEX work_items_queued_all ON work_items (client_id, rank, waiting_since, conversation_id)
    WHERE status IN ('waiting', 'offered');

CREATE TABLE offers (
    client_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id        uuid NOT NULL,
    weight          int NOT NULL CHECK (weight > 0),
    decision_id     uuid NOT NULL,
    state           text NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
    offered_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    -- What whoever declined wrote.
    note            text,
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, agent_id) REFERENCES sector_agents (client_id, id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES work_items (client_id, conversation_id),
    CHECK ((ended_at IS NULL) = (state = 'offered'))
);
-- One owner: a conversation is offered to one agent at a time.
CREATE UNIQUE INDEX offers_open ON offers (client_id, conversation_id) WHERE state = 'offered';
CREATE INDEX offers_agent ON offers (client_id, agent_id, expires_at) WHERE state = 'offered';
SELECT switchboard_protect('offers');
SELECT switchboard_open_to_lookup('offers');

-- As capacity_violations(), which the older router calls: room that is kept for an answer counts as held.
CREATE FUNCTION ledger_violations(OUT over_capacity bigint, OUT off_ledger bigint) LANGUAGE sql STABLE AS $function$
    SELECT count(*) FILTER (WHERE a.load > a.capacity), count(*) FILTER (WHERE a.load <> coalesce(held.weight, 0))
      FROM router.sector_agents a
      LEFT JOIN (SELECT client_id, agent_id, sum(weight) AS weight
                   FROM (SELECT client_id, agent_id, weight FROM router.assignments WHERE ended_at IS NULL
                         UNION ALL
                         SELECT client_id, agent_id, weight FROM router.offers WHERE state = 'offered') AS open
                  GROUP BY 1, 2) AS held
             ON held.client_id = a.client_id AND held.agent_id = a.id
     WHERE a.load > 0 OR held.weight IS NOT NULL
$function$;
SELECT switchboard_lookup_function('ledger_violations()');

-- What is to be looked at when its time has come. Fired under the tenant's queue, so once, whatever the number of replicas.
CREATE TABLE timers (
    client_id  uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('conversation', 'agent')),
    subject_id uuid NOT NULL,
    due_at     timestamptz NOT NULL,
    PRIMARY KEY (client_id, kind, subject_id)
) WITH (fillfactor = 70);
CREATE INDEX timers_due ON timers (due_at, client_id);
SELECT switchboard_protect('timers');
SELECT switchboard_open_to_lookup('timers');

-- Tenants with something due. Returns their ids and nothing of theirs.
CREATE FUNCTION tenants_with_due_timers(at timestamptz, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    SELECT DISTINCT client_id FROM (
        SELECT client_id FROM router.timers WHERE due_at <= at ORDER BY due_at LIMIT count) AS due
$function$;
SELECT switchboard_lookup_function('tenants_with_due_timers(timestamptz, int)');
