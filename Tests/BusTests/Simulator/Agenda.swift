import Bus

/// What will happen, in virtual time. Equal times keep the order in which they were planned, so one seed is one run.
struct Agenda {
    private struct Entry {
        let time: Int64
        let number: Int
        let action: () -> Void

        func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    private var heap: [Entry] = []
    private var lastNumber = 0

    /// Microseconds since the beginning.
    private(set) var now: Int64 = 0

    mutating func plan(at time: Int64, _ action: @escaping () -> Void) {
        lastNumber += 1
        heap.append(Entry(time: max(time, now), number: lastNumber, action: action))
        var index = heap.count - 1
        while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// - Returns: nil if nothing happens up to `limit`.
    mutating func next(until limit: Int64) -> (() -> Void)? {
        guard let first = heap.first, first.time <= limit else { return nil }
        now = first.time
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var index = 0
            while true {
                var smallest = index
                for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].isBefore(heap[smallest]) {
                    smallest = child
                }
                if smallest == index { break }
                heap.swapAt(index, smallest)
                index = smallest
            }
        }
        return first.action
    }
}
