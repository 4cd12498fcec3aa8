-- How a company works, and who changed its settings. New tables only: safe while the older accounts runs.
SET LOCAL lock_timeout = '2s';

-- No row: the defaults.
CREATE TABLE accounts.business_rules (
    client_id  uuid PRIMARY KEY REFERENCES accounts.clients (client_id),
    version    bigint NOT NULL CHECK (version > 0),
    document   jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
SELECT switchboard_protect('accounts.business_rules');

-- Every change of a setting, whole before and whole after; never changed itself.
CREATE TABLE accounts.settings_audit (
    client_id  uuid NOT NULL REFERENCES accounts.clients (client_id),
    id         uuid NOT NULL,
    at         timestamptz NOT NULL,
    actor_id   uuid NOT NULL,
    actor_name text NOT NULL,
    setting    text NOT NULL,
    before     jsonb NOT NULL,
    after      jsonb NOT NULL,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX settings_audit_at ON accounts.settings_audit (client_id, at DESC, id DESC);
SELECT switchboard_protect('accounts.settings_audit');
