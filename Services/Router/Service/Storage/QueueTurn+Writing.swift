import Contracts
import Foundation
import Storage

extension QueueTurn {
    /// What this turn writes, in order, with the tenant in scope, and how many agents its claim must touch.
    /// Announces what changed about agents first.
    func statements() throws -> (statements: [SQL], claim: (index: Int, count: Int)?) {
        let announced = try announce()
        var statements = [transaction.scope(to: tenant)]
        statements += try policyStatements()
        statements += agentStatements
        var claim: (index: Int, count: Int)?
        if let (statement, count) = loadStatement(announced: announced) {
            claim = (statements.count, count)
            statements.append(statement)
        }
        statements += ([itemStatement] + offerStatements + timerStatements).compactMap(\.self)
        statements += [endStatement, beginStatement, performanceStatement, decisionStatement, auditStatement].compactMap(
            \.self)
        return (statements, statements.count > 1 ? claim : nil)
    }

    /// Says of each agent whose status, load or capacity is not what was said last.
    private func announce() throws -> [AgentID] {
        var ids: [AgentID] = []
        for var agent in agents.touched.values where agent.announced != agent.current {
            noteTransition(of: agent)
            agent.announced = agent.current
            put(agent)
            ids.append(agent.id)
        }
        ids.sort()
        for agent in ids.compactMap({ agents[$0] }) {
            try say(
                AgentPresenceChanged(
                    agentID: agent.id, name: agent.name, status: agent.announced.status, load: agent.announced.load,
                    capacity: agent.announced.capacity),
                key: agent.id.uuid)
        }
        return ids
    }

    /// Settings are kept for ever: decisions name them by number.
    private func policyStatements() throws -> [SQL] {
        guard rulesChanged else { return [] }
        var statements: [SQL] = [
            """
            UPDATE router.tenant_queues
               SET policy_version = \(policyVersion), rules_version = \(rulesVersion), sectors = \(sectors)
             WHERE client_id = \(tenant)
            """
        ]
        if policyChanged {
            let settings = try StoredPolicy.json(settings)
            statements.append(
                """
                INSERT INTO router.policies (client_id, version, settings, since, rules_version)
                VALUES (\(tenant), \(policyVersion), \(settings), \(now), \(rulesVersion))
                """)
            statements += newTimes
        }
        return statements
    }

    /// Everything about agents but load; few at a time.
    private var agentStatements: [SQL] {
        agents.touched.values.sorted { $0.id < $1.id }.compactMap { agent in
            var before = stored(agent.id)
            before?.load = agent.load
            before?.channelLoads = agent.channelLoads
            before?.lastAssignedAt = agent.lastAssignedAt
            before?.announced = agent.announced
            before?.outcomes = agent.outcomes
            before?.connectedUntil = agent.connectedUntil
            before?.isPresent = agent.isPresent
            guard before != agent else { return nil }
            return """
                INSERT INTO router.sector_agents AS a (
                    client_id, id, name, type, sector, priority, capabilities, capacity, channel_capacities, success_rate,
                    mean_handling_seconds, active,
                    suspended, user_role, status, present_until, created_at, updated_at, deleted_at)
                VALUES (\(tenant), \(agent.id), \(agent.name), \(agent.kind), \(agent.sector), \(agent.priority),
                        \(agent.capabilitiesJSON), \(agent.capacity), \(AgentRecord.json(agent.channelCapacities)),
                        \(agent.successRate), \(agent.meanHandlingSeconds),
                        \(agent.isActive), \(agent.isSuspended), \(agent.userRole), \(agent.status), \(agent.presentUntil),
                        \(agent.createdAt), \(now), \(agent.deletedAt))
                ON CONFLICT (client_id, id) DO UPDATE
                   SET name = excluded.name, type = excluded.type, sector = excluded.sector, priority = excluded.priority,
                       capabilities = excluded.capabilities, capacity = excluded.capacity,
                       channel_capacities = excluded.channel_capacities, success_rate = excluded.success_rate,
                       mean_handling_seconds = excluded.mean_handling_seconds, active = excluded.active,
                       suspended = excluded.suspended, user_role = excluded.user_role, status = excluded.status,
                       present_until = excluded.present_until, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
                """
        }
    }

    /// The claim: one conditional update for all agents. A row it does not touch had no room after all.
    private func loadStatement(announced: [AgentID]) -> (SQL, Int)? {
        let changed = agents.touched.values.filter { agent in
            let before = stored(agent.id)
            return agent.load != before?.load ?? 0 || agent.channelLoads != before?.channelLoads ?? [:]
                || agent.lastAssignedAt != before?.lastAssignedAt || agent.outcomes != before?.outcomes ?? [:]
        }
        let ids = Set(changed.map(\.id)).union(announced).sorted()
        guard !ids.isEmpty else { return nil }
        let records = ids.compactMap { agents[$0] }
        return (
            """
            UPDATE router.sector_agents a
               SET load = a.load + c.delta, last_assigned_at = c.last_assigned_at, announced_status = c.status,
                   announced_load = c.load, announced_capacity = c.capacity, channel_loads = c.channel_loads,
                   outcomes = c.outcomes, updated_at = \(now)
              FROM unnest(\(ids), \(records.map { $0.load - (stored($0.id)?.load ?? 0) }), \(records.map(\.lastAssignedAt)),
                          \(records.map(\.announced.status)), \(records.map(\.announced.load)), \(records.map(\.announced.capacity)),
                          \(records.map { AgentRecord.json($0.channelLoads) }), \(records.map(\.outcomes.json)))
                   AS c(id, delta, last_assigned_at, status, load, capacity, channel_loads, outcomes)
             WHERE a.client_id = \(tenant) AND a.id = c.id AND a.load + c.delta BETWEEN 0 AND a.capacity
            """, ids.count
        )
    }

    private var itemStatement: SQL? {
        let items = changedItems
        guard !items.isEmpty else { return nil }
        return """
            INSERT INTO router.work_items AS w (client_id, updated_at, \(WorkItem.columns))
            SELECT \(tenant), \(now), i.*
              FROM unnest(\(items.map(\.conversationID)), \(items.map(\.customerID)), \(items.map(\.channel)), \(items.map(\.sector)),
                          \(items.map(\.priority)), \(items.map(\.weight)), \(items.map(\.status)), \(items.map(\.waitingSince)),
                          \(items.map(\.preferredAgentID)), \(items.map(\.returnedByAgentID)), \(items.map(\.agentID)),
                          \(items.map(\.assignmentID)), \(items.map(\.assignmentNumber)), \(items.map(\.statusSequence)),
                          \(items.map(\.teamID)), \(items.map(\.wasMoved)),
                          \(items.map { AgentRecord.json($0.requiredCapabilities) }),
                          \(items.map { JSONValue.array($0.declinedBy.map { .string($0.description) }) }), \(items.map(\.declinedUntil)),
                          \(items.map(\.offer?.id)), \(items.map(\.offer?.agentID)), \(items.map(\.offer?.expiresAt))) AS i
            ON CONFLICT (client_id, conversation_id) DO UPDATE
               SET channel = excluded.channel, sector = excluded.sector, priority = excluded.priority, weight = excluded.weight,
                   status = excluded.status, waiting_since = excluded.waiting_since,
                   preferred_agent_id = excluded.preferred_agent_id, returned_by_agent_id = excluded.returned_by_agent_id,
                   agent_id = excluded.agent_id, assignment_id = excluded.assignment_id,
                   assignment_number = excluded.assignment_number, status_sequence = excluded.status_sequence,
                   team_id = excluded.team_id, moved = excluded.moved, required_capabilities = excluded.required_capabilities,
                   declined_by = excluded.declined_by, declined_until = excluded.declined_until, offer_id = excluded.offer_id,
                   offered_agent_id = excluded.offered_agent_id, offer_expires_at = excluded.offer_expires_at,
                   updated_at = excluded.updated_at
            """
    }

    private var endStatement: SQL? {
        guard !ended.isEmpty else { return nil }
        return """
            UPDATE router.assignments s SET ended_at = e.at, ended_reason = e.reason, ended_note = e.note
              FROM unnest(\(ended.map(\.id)), \(ended.map(\.at)), \(ended.map(\.reason)), \(ended.map(\.note))) AS e(id, at, reason, note)
             WHERE s.client_id = \(tenant) AND s.id = e.id
            """
    }

    private var beginStatement: SQL? {
        guard !begun.isEmpty else { return nil }
        let assignments = begun.map(\.assignment)
        return """
            INSERT INTO router.assignments (client_id, id, number, conversation_id, agent_id, weight, reason, note, decision_id, waited,
                                            by_type, by_id, by_name, started_at)
            SELECT \(tenant), s.*
              FROM unnest(\(assignments.map(\.id)), \(assignments.map(\.number)), \(assignments.map(\.sessionID)),
                          \(assignments.map(\.agent.id)), \(begun.map(\.weight)), \(assignments.map(\.reason)), \(begun.map(\.note)),
                          \(assignments.map(\.decisionID)), \(begun.map(\.waited)), \(assignments.map(\.by.kind)),
                          \(assignments.map(\.by.id)), \(assignments.map(\.by.name)), \(begun.map(\.startedAt))) AS s
            """
    }

    /// What the day's counters of each team get from this turn: the conversation's team, or where it is for none those that its agent is in. Teams
    /// deleted in this turn get what they lost by it.
    private var performanceStatement: SQL? {
        guard !begun.isEmpty || !ended.isEmpty else { return nil }
        let waits = begun.map { entry -> Double? in
            guard entry.waited, let item = storedItem(entry.assignment.sessionID) else { return nil }
            return max(0, entry.startedAt.timeIntervalSince(item.waitingSince))
        }
        var known: SQL = "SELECT id, name, sector FROM router.teams WHERE client_id = \(tenant)"
        if !deletedTeams.isEmpty {
            let deleted = Array(deletedTeams.values)
            known +=
                """
                 UNION ALL SELECT d.* FROM unnest(\(deleted.map(\.id)), \(deleted.map(\.name)), \(deleted.map(\.sector))) AS d(id, name, sector)
                 WHERE NOT EXISTS (SELECT FROM router.teams t WHERE t.client_id = \(tenant) AND t.id = d.id)
                """
        }
        return """
            INSERT INTO router.team_performance AS p (
                client_id, team_id, day, team_name, sector, assigned_count, waited_count, waited_seconds_total, resolved_count,
                given_up_count, ended_count, handling_seconds_total)
            SELECT \(tenant), t.id, (e.at AT TIME ZONE 'UTC')::date, t.name, t.sector, sum(e.assigned), count(e.waited_seconds),
                   coalesce(sum(e.waited_seconds), 0), sum(e.resolved), sum(e.given_up), sum(e.ended), sum(e.handling_seconds)
              FROM (SELECT s.agent_id, b.team_id, s.started_at AS at, 1 AS assigned, b.waited_seconds, 0 AS resolved, 0 AS given_up, 0 AS ended,
                           0::float8 AS handling_seconds
                      FROM unnest(\(begun.map(\.assignment.id)), \(begun.map(\.teamID)), \(waits)) AS b(id, team_id, waited_seconds)
                      JOIN router.assignments s ON s.client_id = \(tenant) AND s.id = b.id
                    UNION ALL
                    SELECT s.agent_id, g.team_id, s.ended_at, 0, NULL, (s.ended_reason IN ('resolved', 'closed'))::int,
                           (s.ended_reason NOT IN ('resolved', 'closed', 'pending', 'waiting'))::int, 1,
                           extract(epoch FROM s.ended_at - s.started_at)::float8
                      FROM unnest(\(ended.map(\.id)), \(ended.map(\.teamID))) AS g(id, team_id)
                      JOIN router.assignments s ON s.client_id = \(tenant) AND s.id = g.id) AS e
              LEFT JOIN router.team_agent_assignments m
                     ON e.team_id IS NULL AND m.client_id = \(tenant) AND m.agent_id = e.agent_id
              JOIN (\(known)) AS t ON t.id = coalesce(e.team_id, m.team_id)
             GROUP BY t.id, t.name, t.sector, (e.at AT TIME ZONE 'UTC')::date
            ON CONFLICT (client_id, team_id, day) DO UPDATE
               SET team_name = excluded.team_name, sector = excluded.sector, assigned_count = p.assigned_count + excluded.assigned_count,
                   waited_count = p.waited_count + excluded.waited_count,
                   waited_seconds_total = p.waited_seconds_total + excluded.waited_seconds_total,
                   resolved_count = p.resolved_count + excluded.resolved_count,
                   given_up_count = p.given_up_count + excluded.given_up_count, ended_count = p.ended_count + excluded.ended_count,
                   handling_seconds_total = p.handling_seconds_total + excluded.handling_seconds_total
            """
    }

    private var decisionStatement: SQL? {
        guard !decisions.isEmpty else { return nil }
        let list = decisions.map(\.decision)
        return """
            INSERT INTO router.decisions (client_id, id, at, conversation_id, sector, team_id, outcome, chosen_agent_id, policy_version,
                                          settings_version, work, snapshot_digest, refusal_counts, candidates)
            SELECT \(tenant), d.id, d.at, d.conversation_id, d.sector, d.team_id, d.outcome, d.chosen, d.policy_version,
                   d.settings_version, d.work, d.digest, d.refusals,
                   d.candidates::jsonb
              FROM unnest(\(list.map(\.id)), \(list.map(\.at)), \(list.map(\.sessionID)), \(list.map(\.sector)),
                          \(list.map(\.teamID)), \(list.map(\.outcome)),
                          \(list.map(\.chosenAgentID)), \(list.map(\.formulaVersion)), \(list.map(\.policyVersion)), \(list.map(\.work)), \(list.map(\.snapshotDigest)),
                          \(list.map { JSONValue.object($0.refusalCounts.mapValues { .integer(Int64($0)) }) }),
                          \(decisions.map(\.candidates)))
                   AS d(id, at, conversation_id, sector, team_id, outcome, chosen, policy_version, settings_version, work, digest,
                        refusals, candidates)
            """
    }

    private var auditStatement: SQL? {
        guard !audits.isEmpty else { return nil }
        let ids = audits.map { _ in EntityID.new() }
        return """
            INSERT INTO router.agent_audit (client_id, at, id, agent_id, action, actor_type, actor_id, actor_name, before, after)
            SELECT \(tenant), \(now), u.*
              FROM unnest(\(ids), \(audits.map(\.agent)), \(audits.map(\.action)), \(audits.map(\.actor.kind)), \(audits.map(\.actor.id)),
                          \(audits.map(\.actor.name)), \(audits.map(\.before)), \(audits.map(\.after))) AS u
            """
    }
}
