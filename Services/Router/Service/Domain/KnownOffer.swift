import Contracts

/// An offer as it is kept, whether or not it still stands.
package struct KnownOffer: Sendable, Equatable {
    package let state: OfferState
    package let conversation: ConversationID
    package let decision: DecisionID

    package init(state: OfferState, conversation: ConversationID, decision: DecisionID) {
        self.state = state
        self.conversation = conversation
        self.decision = decision
    }
}
