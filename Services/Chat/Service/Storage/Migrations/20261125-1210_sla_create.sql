-- What conversations are measured by. New tables only: safe while the older chat runs.
SET LOCAL lock_timeout = '2s';

-- Each version of a company's rules, as accounts said it: a conversation is measured by the rules under which it began.
CREATE TABLE chat.business_rules (
    client_id  uuid NOT NULL,
    version    bigint NOT NULL,
    has_sla    boolean NOT NULL,
    document   jsonb NOT NULL,
    heard_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, version)
);
SELECT switchboard_protect('chat.business_rules');
SELECT switchboard_open_to_lookup('chat.business_rules');

-- `clock` is the whole of it; the other columns are what is searched and shown. `target` null: none fits, nothing is measured.
CREATE TABLE chat.sla_clocks (
    client_id             uuid NOT NULL,
    conversation_id       uuid NOT NULL,
    part                  int NOT NULL,
    rules_version         bigint NOT NULL,
    target                text,
    counts_business_hours boolean NOT NULL,
    clock                 jsonb NOT NULL,
    state                 text NOT NULL CHECK (state IN ('ok', 'warning', 'breached')),
    first_response_due_at timestamptz,
    resolution_due_at     timestamptz,
    next_at               timestamptz,
    PRIMARY KEY (client_id, conversation_id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id) ON DELETE CASCADE
);
CREATE INDEX sla_clocks_next ON chat.sla_clocks (next_at) WHERE next_at IS NOT NULL;
SELECT switchboard_protect('chat.sla_clocks');
SELECT switchboard_open_to_lookup('chat.sla_clocks');

-- How far chat's own log has been read for the clocks, and when: nothing comes due that was not read up to.
CREATE TABLE chat.sla_cursors (
    part         int PRIMARY KEY,
    seq          bigint NOT NULL DEFAULT 0,
    read_through timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO chat.sla_cursors (part) SELECT generate_series(0, 15);
GRANT SELECT ON chat.sla_cursors TO switchboard_chat_lookup;

-- Companies that have targets now or had them when a conversation began that still goes on.
CREATE FUNCTION chat.clients_with_sla() RETURNS TABLE (client_id uuid) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT r.client_id FROM chat.business_rules r WHERE r.has_sla
$$;
SELECT switchboard_lookup_function('chat.clients_with_sla()');

-- Clocks whose time has come, of all tenants; two seconds behind what was read, so that a reply in the last moment is seen first.
CREATE FUNCTION chat.due_sla_clocks(limit_rows int) RETURNS TABLE (client_id uuid, conversation_id uuid) LANGUAGE sql STABLE AS $$
    SELECT k.client_id, k.conversation_id
      FROM chat.sla_clocks k JOIN chat.sla_cursors c ON c.part = k.part
     WHERE k.next_at <= c.read_through - interval '2 seconds'
     ORDER BY k.next_at LIMIT limit_rows
$$;
SELECT switchboard_lookup_function('chat.due_sla_clocks(int)');
