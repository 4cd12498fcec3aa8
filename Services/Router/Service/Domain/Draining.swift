import Contracts

/// How far a turn has come with giving what waits to those who have room, so that it can ask for a next page and go on.
struct Draining: Sendable {
    /// Conversations that the turn knew before; what it made of them is true, not what the database still says.
    let touched: [ConversationID]
    /// With somebody who is open, the next one last.
    var sectors: [String]
    var sector: SectorDraining?
    /// Of ``QueueTurn/queued``: why they wait is on record.
    var explainedCount = 0
}

/// The same of one sector.
struct SectorDraining: Sendable {
    let sector: String
    /// Claims made before this sector's turn came.
    let drainedBefore: Int
    /// What the turn itself queued and no page has reached yet, in the queue's order.
    var own: [WorkItem]
    var pagesRead = 0
    /// The last one of the last page.
    var last: WorkItem?
    var isLastPage = false
    /// What is looked at: the page, and what the turn queued before its end.
    var waiting: [WorkItem] = []
    var next = 0
    /// Teams whose agents are all full: what waits for them must not keep the others from those who have room.
    var fullTeams: Set<TeamID> = []
}
