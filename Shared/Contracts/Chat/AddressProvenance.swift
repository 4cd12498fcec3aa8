/// How we came to know an e-mail address or a phone number of a customer. Contracts §13.
package struct AddressProvenance: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Typed by a visitor, who may have typed somebody else's. Shown, and never matched.
    package static let claimed = AddressProvenance(rawValue: "claimed")
    /// The website vouched for it in an identity that it signed, or the channel that a message came by; of e-mail: aligned DKIM or SPF passed.
    package static let verified = AddressProvenance(rawValue: "verified")
    /// Written by the company's people.
    package static let entered = AddressProvenance(rawValue: "entered")

    package static let allCases: [AddressProvenance] = [.claimed, .verified, .entered]

    package var description: String { rawValue }
}
