/// A past fact, kept in the log of the service that says it.
package protocol Event: Codable, Sendable {
    /// `service.past-fact`, for ever.
    static var subject: Subject { get }
    /// Raised only for a change that old readers cannot take; then the subject gets a new name.
    static var version: UInt16 { get }
    /// Who may see it at all. The gateway filters by it.
    static var audience: Audience { get }
}

/// `service.name` of an event or a request. At most ``Subject/lengthMax`` bytes of ASCII.
package struct Subject: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Bytes. Keeps topics and headers far below the 246 at which libzmq 4.3.4 corrupts subscriptions.
    package static let lengthMax = 64
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }
    package var description: String { rawValue }
}

package enum Audience: UInt8, Sendable, Codable, CaseIterable {
    /// Services only.
    case `internal` = 0
    /// The tenant's own people.
    case agents = 1
    /// Its customer too, for the customer's own conversation.
    case everyone = 2
}
