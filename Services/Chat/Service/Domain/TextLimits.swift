import Contracts

/// What a field may hold. Contracts §9.
enum TextLimits {
    /// Bytes of UTF-8 in one message: 64 KiB.
    static let messageBytesMax = 65_536
    /// Bytes of JSON in a message's or a conversation's metadata: with the text it still fits the bus's payload of 256 KiB.
    static let metadataBytesMax = 32_768
    /// Characters of names, addresses and subjects: longer ones are mistakes.
    static let lineLengthMax = 500
    /// Bytes of a page's address as visitors report it; browsers stop near there.
    static let addressBytesMax = 4_096

    static func validateMessage(_ text: String, field: String = "text") throws(ChatError) {
        guard text.contains(where: { !$0.isWhitespace }) else { throw .textEmpty(field: field) }
        let bytes = text.utf8.count
        guard bytes <= messageBytesMax else { throw .textTooLong(field: field, bytes: bytes, limit: messageBytesMax) }
        // PostgreSQL's text cannot hold it, and no keyboard types it.
        guard !text.utf8.contains(0) else {
            throw .fieldInvalid(field: field, detail: "The text contains a NUL character.")
        }
    }

    static func validateLine(_ text: String?, field: String) throws(ChatError) {
        guard let text else { return }
        guard text.count <= lineLengthMax else { throw .textTooLong(field: field, bytes: text.utf8.count, limit: lineLengthMax) }
        guard !text.utf8.contains(0) else { throw .fieldInvalid(field: field, detail: "The text contains a NUL character.") }
    }

    static func validateMetadata(_ metadata: [String: JSONValue]?, field: String = "metadata") throws {
        guard let metadata, !metadata.isEmpty else { return }
        let bytes = try JSON.encode(metadata)
        guard bytes.count <= metadataBytesMax else {
            throw ChatError.textTooLong(field: field, bytes: bytes.count, limit: metadataBytesMax)
        }
        // An escaped NUL is valid JSON, and jsonb refuses it.
        guard !String(decoding: bytes, as: UTF8.self).contains(#"\u0000"#) else {
            throw ChatError.fieldInvalid(field: field, detail: "The metadata contains a NUL character.")
        }
    }

    static func validateEmail(_ email: String?, field: String = "email") throws(ChatError) {
        guard let email, !email.isEmpty else { return }
        try validateLine(email, field: field)
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !email.contains(where: \.isWhitespace) else {
            throw .fieldInvalid(field: field, detail: "This is not an e-mail address.")
        }
    }
}
