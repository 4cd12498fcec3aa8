-- Draft policies tried on past periods; and a way from a decision to what became of it.
-- Safe while the older router runs: a new table, and an index on a table that is written and not scanned.
SET LOCAL lock_timeout = '2s';

CREATE TABLE simulations (
    client_id   uuid NOT NULL,
    id          uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  uuid NOT NULL,
    period_from timestamptz NOT NULL,
    period_to   timestamptz NOT NULL,
    sector      text,
    settings    jsonb NOT NULL,
    status      text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    progress    double precision NOT NULL,
    -- Whoever runs it says until when it certainly does; afterwards nobody does.
    lease_until timestamptz NOT NULL,
    result      jsonb,
    failure     text,
    PRIMARY KEY (client_id, id)
);
CREATE UNIQUE INDEX simulations_running ON simulations (client_id) WHERE status = 'running';
SELECT switchboard_protect('simulations');

CREATE INDEX assignments_decision ON assignments (client_id, decision_id);
