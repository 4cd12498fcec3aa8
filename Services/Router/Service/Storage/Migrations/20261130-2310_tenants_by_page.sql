-- Tenants with something to do, page by page: one whose turn fails keeps no other from its own, however many rows it has.
-- Safe while the older router runs: new functions beside those that it calls.
SET LOCAL lock_timeout = '2s';

CREATE FUNCTION tenants_with_due_timers(at timestamptz, after uuid, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    SELECT DISTINCT client_id FROM router.timers WHERE due_at <= at AND client_id > after ORDER BY client_id LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_due_timers(timestamptz, uuid, int)');

CREATE FUNCTION tenants_with_stale_presence(after uuid, count int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $function$
    SELECT DISTINCT a.client_id
      FROM router.sector_agents a
     WHERE a.client_id > after
       AND (a.status = 'online' OR a.announced_status = 'online')
       AND a.deleted_at IS NULL
       AND (a.announced_status = 'online') <> (
               a.status = 'online'
               AND (a.type = 'automated' OR a.present_until > now()
                    OR EXISTS (SELECT FROM router.agent_connections c
                                WHERE c.client_id = a.client_id AND c.agent_id = a.id AND c.expires_at > now())))
     ORDER BY a.client_id LIMIT count
$function$;
SELECT switchboard_lookup_function('tenants_with_stale_presence(uuid, int)');
