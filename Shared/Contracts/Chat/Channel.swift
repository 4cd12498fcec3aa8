/// How the customer reached the company.
package struct Channel: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let website = Channel(rawValue: "website")
    package static let whatsapp = Channel(rawValue: "whatsapp")
    package static let email = Channel(rawValue: "email")
    package static let phone = Channel(rawValue: "phone")
    package static let sms = Channel(rawValue: "sms")
    package static let facebook = Channel(rawValue: "facebook")
    package static let instagram = Channel(rawValue: "instagram")

    package static let allCases: [Channel] = [.website, .whatsapp, .email, .phone, .sms, .facebook, .instagram]

    /// A channel's name or one of the older names that filters still take.
    package init?(filter: String) {
        switch filter {
        case "voice": self = .phone
        case "messenger": self = .facebook
        case "chat": self = .website
        default:
            guard let channel = Channel.allCases.first(where: { $0.rawValue == filter }) else { return nil }
            self = channel
        }
    }

    package var description: String { rawValue }
}
