import Bus
import Contracts
import Foundation
import Storage

/// Hears who may answer customers: people become agents by themselves. And how a company routes.
package struct AccountsListener: Sendable {
    let desk: RoutingDesk

    package func apply(_ frames: [EventFrame], in transaction: Transaction) throws {
        var users: [TenantID: [UserAccount]] = [:]
        var rules: [TenantID: [BusinessRules]] = [:]
        for frame in frames {
            if let changed = try frame.decode(BusinessRulesChanged.self) {
                guard let tenant = frame.header.clientID else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
                rules[tenant, default: []].append(changed.rules)
                continue
            }
            guard let user = try frame.decode(UserCreated.self)?.user ?? frame.decode(UserChanged.self)?.user else { continue }
            guard let tenant = frame.header.clientID else { throw RoutingTrouble.eventIncomplete(frame.header.subject) }
            users[tenant, default: []].append(user)
        }
        let tenants = Set(users.keys).union(rules.keys)
        guard !tenants.isEmpty else { return }
        let needs = tenants.map { tenant in
            let users = users[tenant] ?? []
            return QueueTurn.Needs(
                tenant: tenant, agents: Set(users.map(\.id)), conversationsOf: Set(users.filter { !$0.answersCustomers }.map(\.id)))
        }
        var turns = try desk.begin(needs, in: transaction)
        for index in turns.indices {
            let tenant = turns[index].turn.tenant
            for rules in rules[tenant] ?? [] { try turns[index].perform { $0.hear(rules) } }
            for user in users[tenant] ?? [] { try turns[index].perform { try $0.hear(user) } }
        }
        try desk.finish(&turns, in: transaction)
    }
}
