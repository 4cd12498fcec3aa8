-- The durable log of one service: what it says (stream_head, outbox, consumer_registry) and what it hears (cursor, parked).
-- Applied to each service's schema, which is first on the search path. Safe at any time: everything is new.

-- The counter behind contiguous, commit-ordered sequences. One page per row keeps updates HOT although every write goes through it.
CREATE TABLE stream_head (
    part     int PRIMARY KEY,
    epoch    uuid NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0 CHECK (last_seq >= 0)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- Sixteen partitions, for ever; one history.
INSERT INTO stream_head (part, epoch)
SELECT part, history.epoch FROM generate_series(0, 15) AS part, (SELECT gen_random_uuid() AS epoch) AS history;

CREATE TABLE outbox (
    part         int NOT NULL,
    seq          bigint NOT NULL,
    event_id     uuid NOT NULL,
    subject      text NOT NULL,
    version      int NOT NULL,
    audience     smallint NOT NULL,
    client_id    uuid,
    key          uuid NOT NULL,
    key_sequence bigint,
    occurred_at  timestamptz NOT NULL,
    traceparent  text,
    payload      bytea NOT NULL,
    PRIMARY KEY (part, seq)
);

-- How far the other services have come: the gate of trimming, never of correctness.
CREATE TABLE consumer_registry (
    consumer        text NOT NULL,
    part            int NOT NULL,
    seq             bigint NOT NULL,
    acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, part)
);

-- How far this service has come; moved in the transaction of the effect. A null epoch adopts whichever history the log has.
CREATE TABLE cursor (
    stream   text NOT NULL,
    part     int NOT NULL,
    epoch    uuid,
    seq      bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (stream, part)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- Events that could not be applied, and all later ones of their keys, in order. An operator decides.
CREATE TABLE parked (
    stream       text NOT NULL,
    part         int NOT NULL,
    seq          bigint NOT NULL,
    epoch        uuid NOT NULL,
    event_id     uuid NOT NULL,
    subject      text NOT NULL,
    version      int NOT NULL,
    audience     smallint NOT NULL,
    client_id    uuid,
    key          uuid NOT NULL,
    key_sequence bigint,
    occurred_at  timestamptz NOT NULL,
    traceparent  text,
    payload      bytea NOT NULL,
    reason       text NOT NULL,
    parked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (stream, part, seq)
);
CREATE INDEX parked_key ON parked (stream, key, part, seq);

-- Mutations without a natural id: the same key and the same request are answered with the stored response.
CREATE TABLE request_log (
    request_key  bytea PRIMARY KEY CHECK (length(request_key) = 16),
    subject      text NOT NULL,
    request_hash bytea NOT NULL,
    response     bytea,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX request_log_created ON request_log (created_at);
