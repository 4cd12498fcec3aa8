/// Pauses that double, with full jitter: whoever was refused together does not come back together.
package struct Backoff: Sendable, Equatable {
    /// The longest that the first pause can be.
    package let first: Duration
    /// The longest that any pause can be.
    package let longest: Duration

    package init(first: Duration = .seconds(2), longest: Duration = .seconds(3600)) {
        self.first = first
        self.longest = longest
    }

    /// - Parameters:
    ///   - tries: attempts made so far; the first pause comes after 1.
    ///   - chance: from 0 up to 1, drawn for each pause.
    func pause(after tries: Int, chance: Double) -> Duration {
        var ceiling = first
        for _ in 1..<max(2, tries) where tries > 1 && ceiling < longest { ceiling *= 2 }
        return min(ceiling, longest) * min(max(chance, 0), 1)
    }
}
