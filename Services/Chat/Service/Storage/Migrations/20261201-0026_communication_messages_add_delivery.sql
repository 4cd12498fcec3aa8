-- How far a message has come that an adapter carries: NULL for every other. html: as it came, shown to nobody. Columns that may be null rewrite
-- nothing; what is checked is checked of new rows only, so no row is read.
SET LOCAL lock_timeout = '2s';
ALTER TABLE chat.communication_messages
    ADD COLUMN state text,
    ADD COLUMN attempt bigint,
    ADD COLUMN error jsonb,
    ADD COLUMN html text;
ALTER TABLE chat.communication_messages
    ADD CONSTRAINT communication_messages_state_check
        CHECK (state IN ('queued', 'sent', 'delivered', 'read', 'failed', 'unknown') AND attempt >= 1 OR state IS NULL AND attempt IS NULL)
        NOT VALID;
