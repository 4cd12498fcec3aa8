-- Keys that may do a part only, and keys that end. Keys from before have neither: NULL is everything that a service may, and no end.
-- Safe while the older accounts runs, which makes keys of that kind: nullable without default, so the table is not rewritten.
SET LOCAL lock_timeout = '2s';
ALTER TABLE accounts.api_keys ADD COLUMN scopes text[], ADD COLUMN expires_at timestamptz;
