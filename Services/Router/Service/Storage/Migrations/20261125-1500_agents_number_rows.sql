-- Every change of an agent's row gets a number, so that a router that keeps agents in memory reads those that changed and no others.
-- Safe while the older router runs: a column with a constant default, so the table is not rewritten; the trigger numbers what the older
-- router writes too, and that router reads all agents as before. The index is made while writers wait: some milliseconds for 10,000 agents.
SET LOCAL lock_timeout = '2s';

CREATE SEQUENCE agent_versions AS bigint;

-- Ascends in the order of COMMIT for those who hold the tenant's queue. Whoever changes agents by hand holds it too (deploy/runbooks/ledger.md).
ALTER TABLE sector_agents ADD COLUMN view_version bigint NOT NULL DEFAULT 0;
CREATE INDEX sector_agents_version ON sector_agents (client_id, view_version);

CREATE FUNCTION number_agent() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    NEW.view_version := nextval('router.agent_versions');
    RETURN NEW;
END $function$;
CREATE TRIGGER sector_agents_number BEFORE INSERT OR UPDATE ON sector_agents FOR EACH ROW EXECUTE FUNCTION number_agent();
