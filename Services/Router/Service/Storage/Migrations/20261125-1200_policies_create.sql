-- How each tenant routes, numbered; decisions keep what was to be routed and by which settings; agents keep what became of what they held.
-- Safe while the older router runs: a new table, and columns that are nullable or have a constant default, so no table is rewritten.
-- An older router's decisions have no work, and are not made again.
SET LOCAL lock_timeout = '2s';

-- Never changed and never removed: decisions name them. `rules_version` is accounts' number of the business rules that brought them;
-- accounts' audit has who changed those, when, and what they were before.
CREATE TABLE policies (
    client_id     uuid NOT NULL,
    version       int NOT NULL CHECK (version > 0),
    settings      jsonb NOT NULL,
    since         timestamptz NOT NULL,
    rules_version int NOT NULL,
    PRIMARY KEY (client_id, version)
);
SELECT switchboard_protect('policies');

-- The settings in use (0: the defaults), and the business rules heard last.
ALTER TABLE tenant_queues ADD COLUMN policy_version int NOT NULL DEFAULT 0, ADD COLUMN rules_version int NOT NULL DEFAULT 0;

-- `policy_version` is the formula's, `settings_version` names a row of `policies`.
ALTER TABLE decisions ADD COLUMN settings_version int NOT NULL DEFAULT 0, ADD COLUMN work jsonb;
-- Read in order by `switchboard routing replay`.
CREATE INDEX decisions_order ON decisions (client_id, at, id);

-- By topic: [how many ended well, how many were handed on].
ALTER TABLE sector_agents ADD COLUMN outcomes jsonb NOT NULL DEFAULT '{}';
