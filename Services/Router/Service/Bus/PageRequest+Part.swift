import Contracts

extension PageRequest {
    /// - Parameter position: nil for values that this list did not give.
    func part<Position: Sendable>(_ position: (inout ListCursor) -> Position?) throws(RoutingError) -> ListPart<Position> {
        switch self {
        case .after(let cursor, let limit):
            let limit = min(max(limit, 1), Page<Done>.limitMax)
            return .after(try cursor.map { cursor throws(RoutingError) in try cursor.position(position) }, limit: limit)
        case .numbered(let page, let size):
            return .numbered(page: min(max(page, 1), Self.pageMax), size: min(max(size, 1), Page<Done>.limitMax))
        }
    }

    func page<Item: Sendable>(_ slice: ListSlice<Item>, cursor: (Item) -> String) -> NumberedPage<Item> {
        switch self {
        case .after:
            NumberedPage(
                items: slice.items, nextCursor: slice.hasMore ? slice.items.last.map(cursor) : nil)
        case .numbered(let page, let size):
            NumberedPage(items: slice.items, place: .init(page: page, pageSize: size), total: slice.total)
        }
    }
}

extension String {
    /// What a cursor says.
    /// - Parameter read: nil for values that this list did not give.
    func position<Position>(_ read: (inout ListCursor) -> Position?) throws(RoutingError) -> Position {
        guard var cursor = ListCursor(self), let position = read(&cursor), cursor.isAtEnd else {
            throw .fieldInvalid(field: "cursor", detail: ListCursor.problem)
        }
        return position
    }
}
