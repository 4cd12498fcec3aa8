-- Where the conversation stood when the event was said: contracts, section 6. Safe at any time: a column that may be null rewrites
-- nothing, and older replicas go on without it. Text, not jsonb: what a fetch gives is byte for byte what was published.
SET LOCAL lock_timeout = '2s';
ALTER TABLE outbox ADD COLUMN context text;
ALTER TABLE parked ADD COLUMN context text;
