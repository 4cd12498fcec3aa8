/// The rows of a page of a list.
package struct PageOfRows: Sendable {
    package let rows: Slice<Rows>
    /// Rows were left for the next page.
    package let hasMore: Bool
}

extension Rows {
    /// Bytes of a page's rows, as JSON at most. A reply carries 2 MiB (`WireLimits.replyPayloadMax`); what surrounds the items fits beside.
    package static let pageBytesMax = 1536 * 1024

    /// What a page shows: `limit` rows at most, and fewer where they would be more than a reply carries, but at least one. Every list pages
    /// so: no row may be so long that a list cannot be read beyond it, whoever wrote it.
    /// - Precondition: one row more than `limit` was asked for.
    package func page(limit: Int) -> PageOfRows {
        var (shown, bytes) = (0, 0)
        while shown < Swift.min(limit, count) {
            bytes += self[shown].jsonBytesMax
            guard bytes <= Self.pageBytesMax || shown == 0 else { break }
            shown += 1
        }
        return PageOfRows(rows: self[..<shown], hasMore: shown < count)
    }
}
