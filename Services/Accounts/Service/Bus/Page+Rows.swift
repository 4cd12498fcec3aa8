import Contracts

extension Page {
    /// - Parameters:
    ///   - rows: one more than `limit` if there are.
    ///   - position: what the cursor of the next page holds.
    init<Row>(_ rows: [Row], limit: Int, item: (Row) -> Item, position: (Row) -> [String]) {
        let shown = rows.prefix(limit)
        let cursor = rows.count > limit ? shown.last.map { PageCursor.encode(position($0)) } : nil
        self.init(items: shown.map(item), nextCursor: cursor)
    }
}
