/// Which statements one connection has prepared, and under which names. Pure: no connection, no clock.
struct StatementCache {
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var named: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// - Returns: nil if it has to be prepared first.
    mutating func name(for key: Key) -> String? {
        uses += 1
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// A name that this connection never used before.
    mutating func newName() -> String {
        named += 1
        return "s\(named)"
    }

    /// Remembers what the server has confirmed.
    /// - Returns: the name of the statement that has to make room, if the cache is full.
    mutating func insert(_ key: Key, name: String) -> String? {
        var evicted: String?
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            evicted = oldest.value.name
        }
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
        return evicted
    }
}
