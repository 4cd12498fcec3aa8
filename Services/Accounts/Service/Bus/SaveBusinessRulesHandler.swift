import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// The rules, the audit's entry and the event are one transaction.
struct SaveBusinessRulesHandler: RequestHandler {
    let database: Database
    let publisher: EventPublisher
    let now: @Sendable () -> Date

    func answer(_ request: SaveBusinessRules, context: RequestContext) async throws -> BusinessRules {
        let principal = request.principal
        let actor = Actor(request)
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        let clientID = principal.clientID
        return try await database.transaction(by: actor) { transaction in
            // Changes of one company's rules wait for each other here.
            var locked = try publisher.lock([clientID.uuid], in: transaction)
            let repository = BusinessRulesRepository(transaction: transaction, clientID: clientID)
            let before = try repository.find()
            var rules = request.change.applied(to: before)
            guard rules != before else { return before }
            guard request.expectedVersion == before.version else { throw AccountsError.rulesMovedOn(version: before.version) }
            if let problem = rules.problem { throw AccountsError.ruleInvalid(field: problem.field, detail: problem.detail) }
            rules.version += 1
            try repository.save(rules, at: now)
            try SettingsAuditRepository(transaction: transaction, clientID: clientID).record(
                .businessRules, before: try BusinessRulesRepository.members(before),
                after: try BusinessRulesRepository.members(rules), by: actor, at: now)
            let event = try NewEvent(
                BusinessRulesChanged(rules: rules), clientID: clientID, key: clientID.uuid, traceparent: context.traceparent)
            try publisher.append([event], to: &locked, in: transaction)
            return rules
        }
    }
}
