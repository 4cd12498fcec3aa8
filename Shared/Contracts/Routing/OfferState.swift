/// How an offer stands. Every state but the first is final.
package struct OfferState: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The agent is asked; its room is kept.
    package static let offered = OfferState(rawValue: "offered")
    package static let accepted = OfferState(rawValue: "accepted")
    package static let declined = OfferState(rawValue: "declined")
    /// The agent did not answer in time.
    package static let expired = OfferState(rawValue: "expired")
    /// Nothing is left to answer: the conversation ended or went to somebody else, or the agent went offline or was switched off.
    package static let withdrawn = OfferState(rawValue: "withdrawn")
}
