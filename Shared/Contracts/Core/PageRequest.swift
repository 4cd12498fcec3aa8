/// Which part of a list is wanted.
package enum PageRequest: Codable, Sendable, Equatable {
    /// Behind the cursor of an earlier page; nil: from the beginning.
    case after(cursor: String?, limit: Int)
    /// Pages count from 1.
    case numbered(page: Int, size: Int)

    /// Pages that can be asked for; who wants more goes by cursor, whose cost does not grow with the place.
    package static let pageMax = 10_000
}
