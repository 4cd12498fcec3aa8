-- The conversation and everything that hangs on it. First migration of the schema: nothing runs yet that it could disturb.

CREATE TABLE chat.customers (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    email text,
    phone text,
    locale text,
    page jsonb,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, id)
);
CREATE INDEX customers_email ON chat.customers (client_id, lower(email)) WHERE email IS NOT NULL;
CREATE INDEX customers_phone ON chat.customers (client_id, phone) WHERE phone IS NOT NULL;
SELECT switchboard_protect('chat.customers');

CREATE TABLE chat.chat_blocked_users (
    client_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    reason text,
    blocked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_by jsonb NOT NULL,
    PRIMARY KEY (client_id, customer_id),
    FOREIGN KEY (client_id, customer_id) REFERENCES chat.customers (client_id, id)
);
SELECT switchboard_protect('chat.chat_blocked_users');

CREATE TABLE chat.chat_rooms (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz,
    PRIMARY KEY (client_id, id)
);
SELECT switchboard_protect('chat.chat_rooms');

-- digest: sha256(digest || sequence || content_hash) over every entry that took a sequence; see contracts, section 8.
CREATE TABLE chat.conversations (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('website', 'whatsapp', 'email', 'phone', 'sms', 'facebook', 'instagram')),
    status text NOT NULL CHECK (status IN ('waiting', 'assigned', 'pending', 'resolved', 'closed')),
    priority smallint NOT NULL DEFAULT 5 CHECK (priority BETWEEN 0 AND 10),
    subject text,
    room_id uuid,
    agent_id uuid,
    agent_name text,
    last_agent_id uuid,
    assignment_number bigint NOT NULL DEFAULT 0,
    last_sequence bigint NOT NULL DEFAULT 0,
    last_message_sequence bigint NOT NULL DEFAULT 0,
    digest bytea NOT NULL DEFAULT ''::bytea,
    last_message jsonb,
    satisfaction_score smallint CHECK (satisfaction_score BETWEEN 1 AND 10),
    sentiment text CHECK (sentiment IN ('positive', 'neutral', 'negative', 'mixed')),
    outcome text CHECK (outcome IN ('appointment_scheduled', 'complaint', 'order_status', 'information', 'escalated', 'abandoned', 'other')),
    ai_summary text,
    metadata jsonb NOT NULL DEFAULT '{}',
    previous_conversation_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    waiting_since timestamptz,
    snoozed_until timestamptz,
    due_at timestamptz,
    closed_at timestamptz,
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, customer_id) REFERENCES chat.customers (client_id, id),
    FOREIGN KEY (client_id, room_id) REFERENCES chat.chat_rooms (client_id, id),
    CHECK ((status = 'assigned') = (agent_id IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX conversations_customer ON chat.conversations (client_id, customer_id, last_activity_at DESC);
CREATE INDEX conversations_activity ON chat.conversations (client_id, last_activity_at DESC, id);
CREATE INDEX conversations_waiting ON chat.conversations (client_id, priority DESC, waiting_since, id) WHERE status = 'waiting';
CREATE INDEX conversations_agent ON chat.conversations (client_id, agent_id, last_activity_at DESC) WHERE agent_id IS NOT NULL;
CREATE INDEX conversations_status ON chat.conversations (client_id, status);
CREATE INDEX conversations_channel ON chat.conversations (client_id, channel);
CREATE INDEX conversations_due ON chat.conversations (due_at) WHERE due_at IS NOT NULL;
-- A visitor has one website conversation at a time; two tabs that open one at once meet here.
CREATE UNIQUE INDEX conversations_one_open ON chat.conversations (client_id, customer_id) WHERE channel = 'website' AND status <> 'closed';
SELECT switchboard_protect('chat.conversations');

-- content_hash: of the text as first written; an edit adds an entry with its own hash, erasure leaves both.
CREATE TABLE chat.communication_messages (
    client_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('message', 'note', 'event')),
    direction text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    author_kind text NOT NULL CHECK (author_kind IN ('customer', 'agent', 'assistant', 'system')),
    author_id uuid,
    author_name text NOT NULL,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    attachments jsonb NOT NULL DEFAULT '[]',
    metadata jsonb NOT NULL DEFAULT '{}',
    processed boolean NOT NULL DEFAULT false,
    provider_message_id text,
    sent_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (client_id, conversation_id, sequence),
    UNIQUE (client_id, id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id)
);
CREATE INDEX communication_messages_sent ON chat.communication_messages (client_id, conversation_id, sent_at);
CREATE INDEX communication_messages_provider ON chat.communication_messages (client_id, provider_message_id)
    WHERE provider_message_id IS NOT NULL;
SELECT switchboard_protect('chat.communication_messages');

-- What took a sequence and is no message: edits, deletions, statuses, assignments. payload: the event's own bytes, so that a
-- socket replays what the log said after the log was trimmed; NULL once erased.
CREATE TABLE chat.conversation_entries (
    client_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    sequence bigint NOT NULL,
    subject text NOT NULL,
    message_id uuid,
    payload bytea,
    content_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (client_id, conversation_id, sequence),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id)
);
CREATE INDEX conversation_entries_message ON chat.conversation_entries (client_id, message_id) WHERE message_id IS NOT NULL;
SELECT switchboard_protect('chat.conversation_entries');

CREATE TABLE chat.chat_participants (
    client_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL,
    participant_id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    delivered_through bigint NOT NULL DEFAULT 0,
    read_through bigint NOT NULL DEFAULT 0,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, conversation_id, participant_id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id)
) WITH (fillfactor = 80);
SELECT switchboard_protect('chat.chat_participants');

CREATE TABLE chat.communication_events (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    message_id uuid,
    event_type text NOT NULL,
    "timestamp" timestamptz NOT NULL DEFAULT clock_timestamp(),
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id)
);
CREATE INDEX communication_events_time ON chat.communication_events (client_id, conversation_id, "timestamp");
SELECT switchboard_protect('chat.communication_events');

-- Everything but the sending of messages, which are their own record; the list shows both.
CREATE TABLE chat.chat_audit_log (
    client_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor jsonb NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    conversation_id uuid,
    message_id uuid,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (client_id, id)
);
CREATE INDEX chat_audit_log_time ON chat.chat_audit_log (client_id, at DESC, id);
CREATE INDEX chat_audit_log_conversation ON chat.chat_audit_log (client_id, conversation_id, at DESC) WHERE conversation_id IS NOT NULL;
SELECT switchboard_protect('chat.chat_audit_log');

CREATE TABLE chat.chat_notification_preferences (
    client_id uuid NOT NULL,
    user_id uuid NOT NULL,
    muted boolean NOT NULL,
    sound boolean NOT NULL,
    email boolean NOT NULL,
    push boolean NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, user_id)
);
SELECT switchboard_protect('chat.chat_notification_preferences');

-- The older names. security_invoker: the reader's own rights and row-level security decide.
CREATE VIEW chat.chat_sessions WITH (security_invoker = true) AS
    SELECT id, client_id, customer_id, channel, status, priority, subject, room_id, agent_id, metadata, created_at, updated_at,
           last_activity_at, closed_at
      FROM chat.conversations;
CREATE VIEW chat.chat_messages WITH (security_invoker = true) AS
    SELECT id, client_id, conversation_id AS session_id, sequence, author_kind AS sender_type, author_id AS sender_id,
           author_name AS sender_name, content, metadata, sent_at, edited_at, deleted_at
      FROM chat.communication_messages
     WHERE kind = 'message';

-- Conversations whose time has come, of all tenants: the sweep runs for no tenant in particular, then works in each one's scope.
CREATE FUNCTION chat.due_conversations(limit_rows int) RETURNS TABLE (client_id uuid, id uuid) LANGUAGE sql STABLE AS $$
    SELECT c.client_id, c.id FROM chat.conversations c WHERE c.due_at <= clock_timestamp() ORDER BY c.due_at LIMIT limit_rows
$$;
SELECT switchboard_open_to_lookup('chat.conversations');
SELECT switchboard_lookup_function('chat.due_conversations(int)');
