/// The part of a list that is read.
enum ListPart<Position: Sendable>: Sendable {
    /// Behind this place; nil: from the beginning.
    case after(Position?, limit: Int)
    /// Pages count from 1.
    case numbered(page: Int, size: Int)
}

struct ListSlice<Item: Sendable>: Sendable {
    let items: [Item]
    let hasMore: Bool
    /// Items of the whole list; only of numbered pages.
    let total: Int?
}
