/// The stored message; `isRepeat` when the same id was stored before.
package struct AppendedMessage: Codable, Sendable, Equatable {
    package let message: Message
    package let isRepeat: Bool

    package init(message: Message, isRepeat: Bool) {
        self.message = message
        self.isRepeat = isRepeat
    }

    private enum CodingKeys: String, CodingKey {
        case message
        case isRepeat = "is_repeat"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(message, forKey: .message)
        try container.encode(isRepeat, forKey: .isRepeat)
    }
}

extension AppendedMessage: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"message":"#)
        message.write(to: &json)
        json.raw(#","is_repeat":"#)
        json.bool(isRepeat)
        json.raw("}")
    }
}
