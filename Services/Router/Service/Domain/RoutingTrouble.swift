import Contracts

/// Trouble that is a bug or a broken row, never a caller's mistake: the transaction is rolled back.
enum RoutingTrouble: Error, Equatable {
    case queueNotLocked
    /// What the ledger holds of this conversation contradicts itself.
    case ledgerBroken(ConversationID)
    /// The database refused a claim that this turn had seen room for.
    case claimLost
    /// An event lacks what its contract promises.
    case eventIncomplete(Subject)
    /// A turn was told something else than it had asked.
    case answeredOtherwise
    /// A turn asks something else each time, whatever it is told.
    case asksWithoutEnd
}
