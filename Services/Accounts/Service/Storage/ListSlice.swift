/// A part of a list as a repository read it.
struct ListSlice<Record: Sendable>: Sendable {
    let records: [Record]
    let hasMore: Bool
}
