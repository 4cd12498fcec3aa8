import Contracts
import Crypto
import Foundation

/// An address that a customer writes from, in the one form in which it is kept and found. Contracts §13.
struct CustomerIdentity: Sendable, Hashable {
    /// Bytes of a handle: providers' ids have some twenty.
    static let handleBytesMax = 200
    /// Digits of a number. Source: ITU-T E.164 allows 15; fewer than 7 reach nobody from abroad.
    static let phoneDigits = 7...15

    let kind: InboundContact.Kind
    let value: String
    let provenance: AddressProvenance

    /// Whether it says who the customer is. What is merely claimed says nothing, and any number of customers may have it.
    var isMatched: Bool { provenance != .claimed }

    /// - Throws: ``ChatError/fieldInvalid(field:detail:)`` and the like, naming the member of `contact`.
    init(_ contact: InboundContact, channel: Channel) throws(ChatError) {
        guard contact.provenance == .claimed || contact.provenance == .verified else {
            throw .fieldInvalid(field: "contact.provenance", detail: "A channel says “claimed” or “verified”.")
        }
        try TextLimits.validateLine(contact.name, field: "contact.name")
        kind = contact.kind
        value = try Self.normalised(contact, channel: channel)
        provenance = contact.provenance
    }

    private static func normalised(_ contact: InboundContact, channel: Channel) throws(ChatError) -> String {
        let value = contact.value
        switch contact.kind {
        case .phone:
            let digits = value.utf8.dropFirst()
            guard value.utf8.first == UInt8(ascii: "+"), phoneDigits.contains(digits.count), digits.first != UInt8(ascii: "0"),
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { throw .fieldInvalid(field: "contact.value", detail: "This is not a telephone number in E.164, such as +4791234567.") }
            return value
        case .email:
            guard !value.isEmpty else { throw .textEmpty(field: "contact.value") }
            try TextLimits.validateEmail(value, field: "contact.value")
            return value.lowercased()
        case .handle:
            let prefix = "\(channel):"
            guard [.whatsapp, .facebook, .instagram].contains(channel), value.hasPrefix(prefix), value.utf8.count > prefix.utf8.count,
                value.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace })
            else {
                throw .fieldInvalid(field: "contact.value", detail: "A handle is the channel's name, a colon and the sender's id there.")
            }
            try TextLimits.validate(value, TextRule(bytesMax: handleBytesMax, layout: .line), field: "contact.value")
            return value
        default: throw .fieldInvalid(field: "contact.kind", detail: "A contact is a phone, an email or a handle.")
        }
    }

    /// What is locked while a message of this sender looks for its place, so that two at once make one customer and one conversation.
    func lockKey(_ clientID: TenantID) -> UUID {
        var hash = SHA256()
        hash.update(data: clientID.uuid.bytes)
        hash.update(data: Array("\(kind.rawValue):\(value)".utf8))
        return UUID(bytes: Array(hash.finalize().prefix(16)))
    }
}
