-- Websites with their widget, and keys for programs. New tables only: safe while nothing else runs.
SET LOCAL lock_timeout = '2s';

-- The identity secrets sign what a site says of its own users; they are needed in clear to check that. The previous one
-- stays valid until the next rotation. `rotation_key` is the request that made the current one, so that its repeat changes nothing.
CREATE TABLE accounts.sites (
    client_id                uuid NOT NULL REFERENCES accounts.clients (client_id),
    id                       uuid NOT NULL,
    site_key                 text NOT NULL CONSTRAINT sites_site_key_key UNIQUE,
    name                     text NOT NULL,
    allowed_origins          text[] NOT NULL,
    theme                    jsonb NOT NULL,
    greeting                 text NOT NULL,
    identity_secret          text,
    previous_identity_secret text,
    rotation_key             bytea,
    creation_digest          bytea NOT NULL,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    PRIMARY KEY (client_id, id)
);
SELECT switchboard_protect('accounts.sites');
SELECT switchboard_open_to_lookup('accounts.sites');

CREATE TABLE accounts.api_keys (
    client_id    uuid NOT NULL REFERENCES accounts.clients (client_id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    key_hash     bytea NOT NULL CONSTRAINT api_keys_hash_key UNIQUE,
    prefix       text NOT NULL,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    PRIMARY KEY (client_id, id)
);
SELECT switchboard_protect('accounts.api_keys');
SELECT switchboard_open_to_lookup('accounts.api_keys');

CREATE FUNCTION accounts.client_of_site_key(wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT client_id FROM accounts.sites WHERE site_key = wanted
$$;
SELECT switchboard_lookup_function('accounts.client_of_site_key(text)');

CREATE FUNCTION accounts.client_of_api_key(wanted bytea) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT client_id FROM accounts.api_keys WHERE key_hash = wanted
$$;
SELECT switchboard_lookup_function('accounts.client_of_api_key(bytea)');
