-- An operator can have parked events tried again, once their cause is gone. Safe at any time: a constant default rewrites nothing.
SET LOCAL lock_timeout = '2s';
ALTER TABLE parked ADD COLUMN retry boolean NOT NULL DEFAULT false;
CREATE INDEX parked_retry ON parked (stream, part) WHERE retry;
