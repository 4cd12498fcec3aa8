-- Who writes from where, and what was received already. New tables, and columns that may be null: nothing is rewritten, and the older chat names
-- the columns that it reads and writes.
SET LOCAL lock_timeout = '2s';

-- value: in one form, see CustomerIdentity. Claims are kept, for threads, and say nothing: any number of customers may have the same.
CREATE TABLE chat.customer_identities (
    client_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('phone', 'email', 'handle')),
    value text NOT NULL,
    customer_id uuid NOT NULL,
    provenance text NOT NULL CHECK (provenance IN ('claimed', 'verified', 'entered')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, customer_id, kind, value),
    FOREIGN KEY (client_id, customer_id) REFERENCES chat.customers (client_id, id)
);
CREATE UNIQUE INDEX customer_identities_known ON chat.customer_identities (client_id, kind, value) WHERE provenance <> 'claimed';
SELECT switchboard_protect('chat.customer_identities');

-- The answer to each message that an adapter brought, by the provider's id: a repeat is answered from here, however late it comes.
CREATE TABLE chat.inbound_messages (
    client_id uuid NOT NULL,
    account_id uuid NOT NULL,
    external_id text NOT NULL,
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client_id, account_id, external_id),
    FOREIGN KEY (client_id, conversation_id) REFERENCES chat.conversations (client_id, id)
);
SELECT switchboard_protect('chat.inbound_messages');
