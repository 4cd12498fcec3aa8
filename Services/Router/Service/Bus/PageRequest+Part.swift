import Contracts

extension PageRequest {
    /// - Parameters:
    ///   - fields: how many a cursor of this list has.
    ///   - position: nil for fields that this list did not give.
    func part<Position: Sendable>(fields: Int, _ position: ([String]) -> Position?) throws(RoutingError) -> ListPart<Position> {
        switch self {
        case .after(let cursor, let limit):
            let limit = min(max(limit, 1), Page<Done>.limitMax)
            guard let cursor else { return .after(nil, limit: limit) }
            guard let position = position(try PageCursor.fields(cursor, count: fields)) else { throw PageCursor.invalid }
            return .after(position, limit: limit)
        case .numbered(let page, let size):
            return .numbered(page: min(max(page, 1), Self.pageMax), size: min(max(size, 1), Page<Done>.limitMax))
        }
    }

    func page<Item: Sendable>(_ slice: ListSlice<Item>, cursor: (Item) -> [String]) -> NumberedPage<Item> {
        switch self {
        case .after:
            NumberedPage(
                items: slice.items, nextCursor: slice.hasMore ? slice.items.last.map { PageCursor.text(cursor($0)) } : nil)
        case .numbered(let page, let size):
            NumberedPage(items: slice.items, place: .init(page: page, pageSize: size), total: slice.total)
        }
    }
}
