import Contracts
import Foundation

/// One offer, as it begins.
struct OfferEntry: Sendable, Equatable {
    let id: EntityID
    let conversation: ConversationID
    let agent: AgentID
    let weight: Int
    let decision: DecisionID
    let offeredAt: Date
    let expiresAt: Date

    struct End: Sendable, Equatable {
        let id: EntityID
        let state: OfferState
        let at: Date
        let note: String?
    }
}
