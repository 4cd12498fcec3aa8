-- Every replica exports how many agents break the ledger's promises, over all companies and without saying whose they are.
-- Safe while the older router runs: a function that it does not call, and an index over what is open only.
SET LOCAL lock_timeout = '2s';

CREATE INDEX assignments_held ON assignments (client_id, agent_id) INCLUDE (weight) WHERE ended_at IS NULL;

SELECT switchboard_open_to_lookup('assignments');
CREATE FUNCTION capacity_violations(OUT over_capacity bigint, OUT off_ledger bigint) LANGUAGE sql STABLE AS $function$
    SELECT count(*) FILTER (WHERE a.load > a.capacity), count(*) FILTER (WHERE a.load <> coalesce(held.weight, 0))
      FROM router.sector_agents a
      LEFT JOIN (SELECT client_id, agent_id, sum(weight) AS weight FROM router.assignments WHERE ended_at IS NULL GROUP BY 1, 2) AS held
             ON held.client_id = a.client_id AND held.agent_id = a.id
     WHERE a.load > 0 OR held.weight IS NOT NULL
$function$;
SELECT switchboard_lookup_function('capacity_violations()');
