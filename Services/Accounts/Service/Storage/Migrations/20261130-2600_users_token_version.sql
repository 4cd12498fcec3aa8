-- What earlier tokens say ends: each names the version that its user had, and gateways refuse a lower one.
-- Safe while the older accounts runs: a constant default rewrites nothing, and tokens without a version count as 0.
SET LOCAL lock_timeout = '2s';
ALTER TABLE accounts.users ADD COLUMN token_version bigint NOT NULL DEFAULT 0;

-- The same for visitors, who have no row: kept for as long as a token of theirs can be. `id` is a customer, whose tokens below
-- `valid_from_version` have ended, or one browser, whose tokens all have (no version).
CREATE TABLE accounts.visitor_endings (
    client_id          uuid NOT NULL REFERENCES accounts.clients (client_id),
    id                 uuid NOT NULL,
    valid_from_version bigint,
    ended_at           timestamptz NOT NULL,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX visitor_endings_ended_at ON accounts.visitor_endings (client_id, ended_at);
SELECT switchboard_protect('accounts.visitor_endings');
