import Contracts

/// The conversations that a turn knows: as it has them, and as the database does.
package struct TurnItems: Sendable, Equatable {
    private var current: [ConversationID: WorkItem]
    private var kept: [ConversationID: WorkItem]

    init(_ items: [WorkItem]) {
        current = Dictionary(uniqueKeysWithValues: items.map { ($0.conversationID, $0) })
        kept = current
    }

    package subscript(id: ConversationID) -> WorkItem? { current[id] }

    /// What the database holds; nil: nothing, or it was not read.
    func stored(_ id: ConversationID) -> WorkItem? { kept[id] }

    var ids: [ConversationID] { Array(current.keys) }

    /// In the queue's order.
    func sorted(where isMeant: (WorkItem) -> Bool) -> [WorkItem] { current.values.filter(isMeant).sorted() }

    mutating func put(_ item: WorkItem) { current[item.conversationID] = item }

    /// It was read; what the turn knows already stays as it is.
    mutating func learn(_ item: WorkItem) {
        guard current[item.conversationID] == nil else { return }
        current[item.conversationID] = item
        kept[item.conversationID] = item
    }

    /// Those that differ from what the database holds, and those that are new.
    var changed: [WorkItem] {
        current.values.filter { kept[$0.conversationID] != $0 }.sorted { $0.conversationID < $1.conversationID }
    }
}
