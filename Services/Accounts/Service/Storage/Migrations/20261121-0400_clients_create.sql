-- Tenants, their people and how these sign in. New tables only: safe while nothing else runs.
SET LOCAL lock_timeout = '2s';

-- Who signs: `iss` of every token. One row, made here, so that the replicas agree and a rotated key changes nothing.
CREATE TABLE accounts.installation (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO accounts.installation DEFAULT VALUES;

CREATE TABLE accounts.clients (
    client_id  uuid PRIMARY KEY,
    slug       text NOT NULL UNIQUE,
    name       text NOT NULL,
    created_at timestamptz NOT NULL
);
SELECT switchboard_protect('accounts.clients');

-- `email` is in lower case. Without a password the user has an invitation. `creation_digest` recognises a repeated order.
CREATE TABLE accounts.users (
    client_id       uuid NOT NULL REFERENCES accounts.clients (client_id),
    id              uuid NOT NULL,
    email           text NOT NULL,
    name            text NOT NULL,
    role            text NOT NULL CONSTRAINT users_role_check CHECK (role IN ('admin', 'supervisor', 'agent', 'viewer')),
    password_hash   text,
    creation_digest bytea NOT NULL,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (client_id, id),
    CONSTRAINT users_email_key UNIQUE (client_id, email)
);
-- Sign-in knows the e-mail before it knows the tenant.
CREATE INDEX users_email ON accounts.users (email);
SELECT switchboard_protect('accounts.users');

-- One per sign-in: the family of its refresh tokens.
CREATE TABLE accounts.sign_ins (
    client_id  uuid NOT NULL,
    id         uuid NOT NULL,
    user_id    uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, user_id) REFERENCES accounts.users (client_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_ins_user ON accounts.sign_ins (client_id, user_id);
SELECT switchboard_protect('accounts.sign_ins');

-- `successor_salt` with the token itself gives the token that came after it; neither alone does.
CREATE TABLE accounts.refresh_tokens (
    client_id      uuid NOT NULL,
    token_hash     bytea NOT NULL CONSTRAINT refresh_tokens_hash_key UNIQUE,
    sign_in_id     uuid NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    rotated_at     timestamptz,
    successor_salt bytea,
    successor_hash bytea,
    PRIMARY KEY (client_id, token_hash),
    FOREIGN KEY (client_id, sign_in_id) REFERENCES accounts.sign_ins (client_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_sign_in ON accounts.refresh_tokens (client_id, sign_in_id);
SELECT switchboard_protect('accounts.refresh_tokens');

CREATE TABLE accounts.invitations (
    client_id   uuid NOT NULL,
    token_hash  bytea NOT NULL CONSTRAINT invitations_hash_key UNIQUE,
    user_id     uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (client_id, token_hash),
    FOREIGN KEY (client_id, user_id) REFERENCES accounts.users (client_id, id) ON DELETE CASCADE
);
CREATE INDEX invitations_user ON accounts.invitations (client_id, user_id);
SELECT switchboard_protect('accounts.invitations');

-- No tenant: it is not known yet. `key` is a hash of who tries; `full_at` is when the next attempts would all be free again.
CREATE TABLE accounts.sign_in_attempts (
    key     bytea PRIMARY KEY,
    full_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_full_at ON accounts.sign_in_attempts (full_at);

-- Look-ups before the tenant is known. Each takes exactly its key and says only whose it is.
SELECT switchboard_open_to_lookup('accounts.clients');
SELECT switchboard_open_to_lookup('accounts.users');
SELECT switchboard_open_to_lookup('accounts.refresh_tokens');
SELECT switchboard_open_to_lookup('accounts.invitations');

CREATE FUNCTION accounts.client_of_slug(wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT client_id FROM accounts.clients WHERE slug = wanted
$$;
SELECT switchboard_lookup_function('accounts.client_of_slug(text)');

-- Users with this e-mail who could sign in; five at most, since more than one already asks for the company's name.
CREATE FUNCTION accounts.users_of_email(wanted text, wanted_slug text) RETURNS TABLE (client_id uuid, user_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT u.client_id, u.id
      FROM accounts.users u JOIN accounts.clients c ON c.client_id = u.client_id
     WHERE u.email = wanted AND (wanted_slug IS NULL OR c.slug = wanted_slug)
       AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL
     ORDER BY u.client_id
     LIMIT 5
$$;
SELECT switchboard_lookup_function('accounts.users_of_email(text, text)');

CREATE FUNCTION accounts.client_of_refresh_token(wanted bytea) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT client_id FROM accounts.refresh_tokens WHERE token_hash = wanted
$$;
SELECT switchboard_lookup_function('accounts.client_of_refresh_token(bytea)');

CREATE FUNCTION accounts.client_of_invitation(wanted bytea) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT client_id FROM accounts.invitations WHERE token_hash = wanted
$$;
SELECT switchboard_lookup_function('accounts.client_of_invitation(bytea)');
