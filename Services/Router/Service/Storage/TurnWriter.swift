import Contracts
import Foundation
import Storage

/// The statements that write what a turn decided, but for its teams: one for each kind of row.
struct TurnWriter {
    let tenant: TenantID
    /// The turn's.
    let now: Date
    let changes: TurnChanges

    /// In order, with the tenant in scope, and how many agents the claim among them must touch. Nothing if nothing changed.
    func statements(in transaction: Transaction) throws -> (statements: [SQL], claim: (index: Int, count: Int)?) {
        var statements = [transaction.scope(to: tenant)]
        statements += try rulesStatements
        statements += agentStatements
        var claim: (index: Int, count: Int)?
        if let statement = loadStatement {
            claim = (statements.count, changes.loads.count)
            statements.append(statement)
        }
        statements +=
            [
                itemStatement, offersEndedStatement, offersBegunStatement, timersGoneStatement, timersSetStatement, endStatement,
                beginStatement, performanceStatement, decisionStatement, auditStatement,
            ].compactMap(\.self)
        return statements.count > 1 ? (statements, claim) : ([], nil)
    }

    /// Settings are kept for ever: decisions name them by number. What waits is looked at again, and gets its times, as if they had come;
    /// a timer fires for it, so that however many wait, nobody is kept long from the lock. What is on offer keeps the time that its agent was
    /// told.
    private var rulesStatements: [SQL] {
        get throws {
            guard let change = changes.rules else { return [] }
            let rules = change.rules
            var statements: [SQL] = [
                """
                UPDATE router.tenant_queues
                   SET policy_version = \(rules.policyVersion), rules_version = \(rules.rulesVersion), sectors = \(rules.sectors)
                 WHERE client_id = \(tenant)
                """
            ]
            if change.isOfSettings {
                let settings = try StoredPolicy.json(rules.settings)
                statements.append(
                    """
                    INSERT INTO router.policies (client_id, version, settings, since, rules_version)
                    VALUES (\(tenant), \(rules.policyVersion), \(settings), \(now), \(rules.rulesVersion))
                    """)
            }
            if change.looksAgainAtWaiting {
                statements.append(
                    """
                    INSERT INTO router.timers (client_id, kind, subject_id, due_at)
                    SELECT client_id, 'conversation', conversation_id, \(now) FROM router.work_items
                     WHERE client_id = \(tenant) AND status = 'waiting'
                       AND (required_capabilities <> '[]' OR preferred_agent_id IS NOT NULL)
                    ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = least(timers.due_at, excluded.due_at)
                    """)
            }
            switch change.newOfflineGrace {
            case .seconds(let grace):
                statements.append(
                    """
                    INSERT INTO router.timers (client_id, kind, subject_id, due_at)
                    SELECT client_id, 'agent', id, \(now.addingTimeInterval(Double(grace))) FROM router.sector_agents
                     WHERE client_id = \(tenant) AND announced_status = 'offline' AND load > 0
                    ON CONFLICT (client_id, kind, subject_id) DO UPDATE SET due_at = excluded.due_at
                    """)
            case .some(.none): statements.append("DELETE FROM router.timers WHERE client_id = \(tenant) AND kind = 'agent'")
            case nil: break
            }
            return statements
        }
    }

    /// Everything about agents but load; few at a time.
    private var agentStatements: [SQL] {
        changes.agents.map { agent in
            """
            INSERT INTO router.sector_agents AS a (
                client_id, id, name, type, sector, priority, capabilities, capacity, channel_capacities, success_rate,
                mean_handling_seconds, active,
                suspended, user_role, status, status_chosen, present_until, created_at, updated_at, deleted_at)
            VALUES (\(tenant), \(agent.id), \(agent.name), \(agent.kind), \(agent.sector), \(agent.priority),
                    \(agent.capabilitiesJSON), \(agent.capacity), \(AgentRecord.json(agent.channelCapacities)),
                    \(agent.successRate), \(agent.meanHandlingSeconds),
                    \(agent.isActive), \(agent.isSuspended), \(agent.userRole), \(agent.status), \(agent.hasChosenStatus),
                    \(agent.presentUntil), \(agent.createdAt), \(now), \(agent.deletedAt))
            ON CONFLICT (client_id, id) DO UPDATE
               SET name = excluded.name, type = excluded.type, sector = excluded.sector, priority = excluded.priority,
                   capabilities = excluded.capabilities, capacity = excluded.capacity,
                   channel_capacities = excluded.channel_capacities, success_rate = excluded.success_rate,
                   mean_handling_seconds = excluded.mean_handling_seconds, active = excluded.active,
                   suspended = excluded.suspended, user_role = excluded.user_role, status = excluded.status,
                   status_chosen = excluded.status_chosen, present_until = excluded.present_until, updated_at = excluded.updated_at,
                   deleted_at = excluded.deleted_at
            """
        }
    }

    /// The claim: one conditional update for all agents. A row it does not touch had no room after all.
    private var loadStatement: SQL? {
        guard !changes.loads.isEmpty else { return nil }
        let agents = changes.loads.map(\.agent)
        return """
            UPDATE router.sector_agents a
               SET load = a.load + c.delta, last_assigned_at = c.last_assigned_at, announced_status = c.status,
                   announced_load = c.load, announced_capacity = c.capacity, channel_loads = c.channel_loads,
                   outcomes = c.outcomes, updated_at = \(now)
              FROM unnest(\(agents.map(\.id)), \(changes.loads.map(\.delta)), \(agents.map(\.lastAssignedAt)),
                          \(agents.map(\.announced.status)), \(agents.map(\.announced.load)), \(agents.map(\.announced.capacity)),
                          \(agents.map { AgentRecord.json($0.channelLoads) }), \(agents.map(\.outcomes.json)))
                   AS c(id, delta, last_assigned_at, status, load, capacity, channel_loads, outcomes)
             WHERE a.client_id = \(tenant) AND a.id = c.id AND a.load + c.delta BETWEEN 0 AND a.capacity
            """
    }
}
