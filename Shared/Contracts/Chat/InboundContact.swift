/// Where a message came from, as the channel knows its sender. Contracts §13.
package struct InboundContact: Codable, Sendable, Hashable {
    package struct Kind: RawRepresentable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        /// In E.164: `+`, then 7 to 15 digits.
        package static let phone = Kind(rawValue: "phone")
        package static let email = Kind(rawValue: "email")
        /// The channel's name, a colon, the sender's id there, such as `facebook:2407`; that of the message's own channel.
        package static let handle = Kind(rawValue: "handle")
    }

    package let kind: Kind
    package let value: String
    /// ``AddressProvenance/verified`` where the channel itself vouches for the sender (of e-mail: aligned DKIM or SPF passed), otherwise
    /// ``AddressProvenance/claimed``: whoever wrote is then nobody we know, whatever address stands there.
    package let provenance: AddressProvenance
    /// As the channel gives it; becomes the name of a customer that is new.
    package let name: String?

    package init(kind: Kind, value: String, provenance: AddressProvenance, name: String? = nil) {
        self.kind = kind
        self.value = value
        self.provenance = provenance
        self.name = name
    }
}
