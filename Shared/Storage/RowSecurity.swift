import Contracts

/// Which tables show each tenant its own rows only, and which have no tenant.
package enum RowSecurity {
    /// Tables without tenant, and why. `table` stands for every schema, `schema.table` for one. A test holds the catalogue to it.
    package static let tablesWithoutTenant: [String: String] = [
        "schema_migrations": "what the migrator did",
        "accounts.installation": "one row: the installation's id",
        "accounts.sign_in_attempts": "counted before the tenant is known; keys are hashes",
        "chat.sla_cursors": "how far the service clocks of a partition have been looked at, whoever's they are",
        "stream_head": "the log: numbers of a partition, shared by tenants",
        "outbox": "the log: read by position; the header carries the tenant",
        "cursor": "the log: how far this service has come",
        "parked": "the log: events that could not be applied; the header carries the tenant",
        "consumer_registry": "the log: how far the others have come",
        "request_log": "repeated requests, found by a key that the tenant is part of",
    ]

    /// Tables of these schemas that neither have the tenant's policy nor stand in ``tablesWithoutTenant``. Must be empty.
    package static func unprotectedTables(in services: [ServiceName], of database: Database) async throws -> [String] {
        let rows = try await database.query(
            .none,
            """
            SELECT n.nspname AS schema_name, c.relname AS table_name
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY(\(services.map(\.schema)))
               AND c.relkind IN ('r', 'p')
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                        AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'))
             ORDER BY 1, 2
            """)
        return try rows.map { (schema: try $0["schema_name"] as String, table: try $0["table_name"] as String) }
            .filter { tablesWithoutTenant[$0.table] == nil && tablesWithoutTenant["\($0.schema).\($0.table)"] == nil }
            .map { "\($0.schema).\($0.table)" }
    }

    /// What migrations call; in the schema `switchboard`, which is on their search path.
    static let functions = """
        CREATE SCHEMA IF NOT EXISTS switchboard;

        -- switchboard_protect('chat.conversations'): each tenant sees its own rows only, the table's owner included.
        -- Without a tenant in scope nobody sees any. switchboard_verify reads all.
        CREATE OR REPLACE FUNCTION switchboard.switchboard_protect(target regclass) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            is_tenants text := 'client_id = NULLIF(current_setting(''switchboard.client_id'', true), '''')::uuid';
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = 'client_id'
                                                      AND atttypid = 'uuid'::regtype AND attnotnull) THEN
                RAISE EXCEPTION '% needs a column client_id uuid NOT NULL', target;
            END IF;
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
            EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
            EXECUTE format('CREATE POLICY tenant ON %s USING (%s) WITH CHECK (%s)', target, is_tenants, is_tenants);
            EXECUTE format('CREATE POLICY verify ON %s FOR SELECT TO switchboard_verify USING (true)', target);
        END $function$;

        -- switchboard_open_to_lookup('accounts.users'): the schema's look-up functions see all tenants' rows of this table.
        -- A command other than SELECT ('UPDATE', 'DELETE', 'INSERT') needs a call of its own.
        CREATE OR REPLACE FUNCTION switchboard.switchboard_open_to_lookup(target regclass, command text DEFAULT 'SELECT')
        RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            lookup_role text := (SELECT 'switchboard_' || n.nspname || '_lookup'
                                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
        BEGIN
            IF command NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') THEN
                RAISE EXCEPTION 'a look-up cannot %', command;
            END IF;
            EXECUTE format('GRANT %s ON %s TO %I', command, target, lookup_role);
            EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %I %s', 'lookup_' || lower(command), target, command, lookup_role,
                           CASE command WHEN 'INSERT' THEN 'WITH CHECK (true)' ELSE 'USING (true)' END);
        END $function$;

        -- switchboard_lookup_function('accounts.find_user(text)'): the function runs as its schema's look-up role; only the
        -- service may call it. It must take exactly its key, or its tenant, and return no more than that key's rows.
        CREATE OR REPLACE FUNCTION switchboard.switchboard_lookup_function(target regprocedure) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            schema_name text := (SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = target);
            lookup_role text := 'switchboard_' || schema_name || '_lookup';
            app_role text := 'switchboard_' || schema_name;
            was_member boolean := pg_has_role(current_user, lookup_role, 'MEMBER');
        BEGIN
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', target);
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', target, schema_name);
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', target);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', target, app_role);
            -- To give a function away one must be a member of the new owner, who must be allowed to create in the schema.
            IF NOT was_member THEN EXECUTE format('GRANT %I TO CURRENT_USER', lookup_role); END IF;
            EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', schema_name, lookup_role);
            EXECUTE format('ALTER FUNCTION %s OWNER TO %I', target, lookup_role);
            EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', schema_name, lookup_role);
            IF NOT was_member THEN EXECUTE format('REVOKE %I FROM CURRENT_USER', lookup_role); END IF;
        END $function$;
        """
}
