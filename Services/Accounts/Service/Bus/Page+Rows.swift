import Contracts

extension Page {
    /// - Parameter cursor: of the page behind a record.
    init<Record: Sendable>(_ slice: ListSlice<Record>, item: (Record) -> Item, cursor: (Record) -> String) {
        self.init(items: slice.records.map(item), nextCursor: slice.hasMore ? slice.records.last.map(cursor) : nil)
    }
}
