import Contracts
import Foundation

/// What time changes: timers, and who is still there.
extension QueueTurn {
    /// Timers that fire in one turn; the rest follows in a next one, so that nobody waits long for the lock.
    package static let firedMax = 200

    func hasDueTimers() throws -> Bool { try !facts.dueTimers(max: 1).isEmpty }

    /// Does what is due. What waits is decided anew when the turn drains.
    /// - Parameter max: how many at once.
    /// - Returns: whether more may be due.
    package mutating func fireTimers(max count: Int = firedMax) throws -> Bool {
        let due = try facts.dueTimers(max: count)
        let conversations = due.filter { $0.kind == .conversation }.map { ConversationID($0.subject) }
        let absent = due.filter { $0.kind == .agent }.map { AgentID($0.subject) }
        if !conversations.isEmpty { try demand(.conversations(conversations)) }
        // Back a moment ago, and nobody has said so yet: whoever is there keeps everything.
        if !absent.isEmpty { try facts.demand(.connections(absent)) }
        let gone = absent.filter { agents[$0]?.effectiveStatus == .offline && settings.offlineGraceSeconds != nil }
        if !gone.isEmpty { try demand(.held(by: gone)) }
        // Taken away, unless the turn's end finds a next time.
        for timer in due { changes.timers[timer] = .some(nil) }
        for id in conversations {
            guard var item = items[id], let offer = item.offer, offer.expiresAt <= now else { continue }
            try offerAgain(&item, because: .expired)
        }
        for var item in items.sorted(where: { $0.agentID.map(gone.contains) ?? false }) {
            // Who comes back may have it again.
            try giveBack(&item, reason: "agent_offline", by: .system, mayReturn: true)
        }
        return due.count == count
    }

    /// It was asked whether these agents are there; whoever came or went meanwhile is treated so from now on.
    mutating func settlePresence(of ids: [AgentID], connectedUntil: [AgentID: Date]) {
        for id in ids {
            guard var agent = agents[id] else { continue }
            agent.connectedUntil = connectedUntil[id]
            agent.settlePresence(at: clock)
            put(agent)
        }
    }

    /// Its status is about to be said. Going offline with open conversations starts the time after which others get them.
    mutating func noteTransition(of agent: AgentRecord) {
        guard agent.announced.status != agent.current.status else { return }
        if agent.current.status == .offline {
            guard let grace = settings.offlineGraceSeconds, agent.load > 0 else { return }
            changes.timers[QueueTimer(agent.id)] = .some(now.addingTimeInterval(Double(grace)))
        } else if agent.announced.status == .offline, agent.load > 0 {
            changes.timers[QueueTimer(agent.id)] = .some(nil)
        }
    }

    /// Which of the turn's items wake when. An item's timer is what its row and the settings say, so it cannot be forgotten.
    mutating func settleTimers() {
        let fired = changes.timers.keys.filter { $0.kind == .conversation }.map { ConversationID($0.subject) }
        for item in items.changed + fired.compactMap({ items[$0] }) {
            if let date = item.wakesAt(after: now, settings) {
                changes.timers[QueueTimer(item.conversationID)] = .some(date)
            } else if items.stored(item.conversationID)?.mayWake == true {
                changes.timers[QueueTimer(item.conversationID)] = .some(nil)
            }
        }
    }
}
