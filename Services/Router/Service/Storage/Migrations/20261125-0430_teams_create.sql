-- Teams, their members, and which agents work for them; what each team did on each day; who changed what.
-- Safe while the older router runs: new tables, and nullable columns without default, so no table is rewritten.
SET LOCAL lock_timeout = '2s';

CREATE TABLE teams (
    client_id        uuid NOT NULL,
    id               uuid NOT NULL,
    name             text NOT NULL,
    sector           text NOT NULL,
    description      text NOT NULL,
    -- Gets the team's work while no active member has an agent. The service refuses circles.
    fallback_team_id uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (client_id, id),
    FOREIGN KEY (client_id, fallback_team_id) REFERENCES teams (client_id, id) ON DELETE SET NULL (fallback_team_id),
    CHECK (fallback_team_id <> id)
);
CREATE UNIQUE INDEX teams_name ON teams (client_id, lower(name));
CREATE INDEX teams_order ON teams (client_id, name, id);
CREATE INDEX teams_fallback ON teams (client_id, fallback_team_id) WHERE fallback_team_id IS NOT NULL;
SELECT switchboard_protect('teams');

CREATE TABLE team_members (
    client_id uuid NOT NULL,
    id        uuid NOT NULL,
    team_id   uuid NOT NULL,
    -- A person; people's agents have their ids, and rows of agents are never removed.
    user_id   uuid NOT NULL,
    role      text NOT NULL CHECK (role IN ('member', 'lead')),
    active    boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, id),
    UNIQUE (client_id, team_id, id),
    UNIQUE (client_id, team_id, user_id),
    FOREIGN KEY (client_id, team_id) REFERENCES teams (client_id, id) ON DELETE CASCADE,
    -- Deferred: an agent made in the same transaction is written last.
    FOREIGN KEY (client_id, user_id) REFERENCES sector_agents (client_id, id) DEFERRABLE INITIALLY DEFERRED
);
SELECT switchboard_protect('team_members');

CREATE TABLE team_agent_assignments (
    client_id  uuid NOT NULL,
    id         uuid NOT NULL,
    team_id    uuid NOT NULL,
    member_id  uuid NOT NULL,
    agent_id   uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, id),
    -- An agent works for one member of a team.
    UNIQUE (client_id, team_id, agent_id),
    FOREIGN KEY (client_id, team_id, member_id) REFERENCES team_members (client_id, team_id, id) ON DELETE CASCADE,
    FOREIGN KEY (client_id, agent_id) REFERENCES sector_agents (client_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX team_agent_assignments_member ON team_agent_assignments (client_id, member_id);
CREATE INDEX team_agent_assignments_agent ON team_agent_assignments (client_id, agent_id);
SELECT switchboard_protect('team_agent_assignments');

-- Counted in the transaction in which it happens. No foreign key: it outlives its team.
CREATE TABLE team_performance (
    client_id              uuid NOT NULL,
    team_id                uuid NOT NULL,
    -- In UTC.
    day                    date NOT NULL,
    team_name              text NOT NULL,
    sector                 text NOT NULL,
    assigned_count         int NOT NULL,
    waited_count           int NOT NULL,
    waited_seconds_total   double precision NOT NULL,
    resolved_count         int NOT NULL,
    given_up_count         int NOT NULL,
    ended_count            int NOT NULL,
    handling_seconds_total double precision NOT NULL,
    PRIMARY KEY (client_id, team_id, day)
);
SELECT switchboard_protect('team_performance');

CREATE TABLE team_audit (
    client_id  uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL,
    team_id    uuid NOT NULL,
    -- What was changed: the team itself, a member or an assignment.
    subject_id uuid NOT NULL,
    action     text NOT NULL,
    actor_type text NOT NULL,
    actor_id   uuid,
    actor_name text NOT NULL,
    before     jsonb,
    after      jsonb,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX team_audit_team ON team_audit (client_id, team_id, at DESC);
SELECT switchboard_protect('team_audit');

-- The team that is to answer. No foreign key: the queue must not depend on a team's row.
ALTER TABLE work_items ADD COLUMN team_id uuid;
CREATE INDEX work_items_team ON work_items (client_id, team_id) WHERE team_id IS NOT NULL AND status <> 'closed';
ALTER TABLE decisions ADD COLUMN team_id uuid;
