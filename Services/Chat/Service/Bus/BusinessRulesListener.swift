import Bus
import Contracts
import Storage

/// Hears what companies promise.
struct BusinessRulesListener: Sendable {
    func apply(_ frames: [EventFrame], in transaction: Transaction) throws {
        for frame in frames {
            guard let changed = try frame.decode(BusinessRulesChanged.self), let clientID = frame.header.clientID else { continue }
            try transaction.query(transaction.scope(to: clientID))
            try ServiceClockRepository(transaction: transaction, clientID: clientID).keep(changed.rules)
        }
    }
}
