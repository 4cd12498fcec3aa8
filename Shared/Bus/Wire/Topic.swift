import Contracts

/// What a PUB frame begins with and a SUB socket filters by. ASCII, fixed width and ended by a dot, so that no topic is the
/// beginning of another stream's: `e.chat.` does not match `e.chatter.003.`.
package enum Topic {
    /// `e.<stream>.<partition, 3 digits>.`
    package static func event(_ stream: StreamName, partition: Int) -> String {
        let digits = String(partition)
        return "e.\(stream.rawValue).\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)."
    }

    /// `b.<stream>.`
    package static func beacon(_ stream: StreamName) -> String { "b.\(stream.rawValue)." }

    /// `x.<stream>.`
    package static func ephemeral(_ stream: StreamName) -> String { "x.\(stream.rawValue)." }

    /// The publisher's own sign of life, whatever it publishes besides.
    package static let hello = "h."

    /// What to subscribe to in order to hear everything about a stream.
    package static func all(of stream: StreamName) -> [String] {
        ["e.\(stream.rawValue).", beacon(stream), ephemeral(stream), hello]
    }
}
