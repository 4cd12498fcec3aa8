/// How one user wants to hear of chats.
package struct ChatNotificationPreferences: Codable, Sendable, Equatable {
    package let muted: Bool
    package let sound: Bool
    package let email: Bool
    package let push: Bool

    package init(muted: Bool, sound: Bool, email: Bool, push: Bool) {
        self.muted = muted
        self.sound = sound
        self.email = email
        self.push = push
    }

    private enum CodingKeys: String, CodingKey {
        case muted, sound, email, push
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(muted, forKey: .muted)
        try container.encode(sound, forKey: .sound)
        try container.encode(email, forKey: .email)
        try container.encode(push, forKey: .push)
    }
}

extension ChatNotificationPreferences: Described {
    package static let meaning = Meaning(
        "NotificationPreferences", .both, "How you want to be told.",
        fields: [
            Field("muted", "Nothing makes itself heard."),
            Field("sound", "A sound for a new message."),
            Field("email", "A mail for what waits."),
            Field("push", "A notification by the browser."),
        ],
        example: ["muted": false, "sound": true, "email": false, "push": false])
}
