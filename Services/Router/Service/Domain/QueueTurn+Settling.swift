import Contracts
import Foundation

/// The end of a turn.
extension QueueTurn {
    /// Says what changed about agents, sets timers, and compares with what was read. The last thing a turn does.
    package mutating func settle() throws -> TurnChanges {
        let announced = try announce()
        settleTimers()
        changes.rules = RulesChange(from: rulesBefore, to: rules)
        changes.items = items.changed
        changes.queueMoved = changes.items.contains { $0.isQueued || items.stored($0.conversationID)?.isQueued == true }
        let touched = agents.touched.values.sorted { $0.id < $1.id }
        changes.agents = touched.filter { agent in
            guard var before = agents.stored(agent.id) else { return true }
            before.load = agent.load
            before.channelLoads = agent.channelLoads
            before.lastAssignedAt = agent.lastAssignedAt
            before.announced = agent.announced
            before.outcomes = agent.outcomes
            before.connectedUntil = agent.connectedUntil
            before.isPresent = agent.isPresent
            return before != agent
        }
        changes.loads = touched.compactMap { agent in
            let before = agents.stored(agent.id)
            let isChanged =
                agent.load != before?.load ?? 0 || agent.channelLoads != before?.channelLoads ?? [:]
                || agent.lastAssignedAt != before?.lastAssignedAt || agent.outcomes != before?.outcomes ?? [:]
            guard isChanged || announced.contains(agent.id) else { return nil }
            return TurnChanges.LoadChange(agent: agent, delta: agent.load - (before?.load ?? 0))
        }
        return changes
    }

    /// Says of each agent whose status, load or capacity is not what was said last.
    private mutating func announce() throws -> Set<AgentID> {
        let unsaid = agents.touched.values.filter { $0.announced != $0.current }.sorted { $0.id < $1.id }
        for var agent in unsaid {
            noteTransition(of: agent)
            agent.announced = agent.current
            put(agent)
            try say(
                AgentPresenceChanged(
                    agentID: agent.id, name: agent.name, status: agent.announced.status, load: agent.announced.load,
                    capacity: agent.announced.capacity),
                key: agent.id.uuid)
        }
        return Set(unsaid.map(\.id))
    }
}
