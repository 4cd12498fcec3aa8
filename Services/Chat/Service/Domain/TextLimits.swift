import Contracts

/// What a field may hold. Contracts §9; the texts themselves: ``TextRule``.
enum TextLimits {
    static func validateMessage(_ text: String, field: String = "text") throws(ChatError) {
        try validate(text, .message, field: field)
    }

    static func validateLine(_ text: String?, field: String) throws(ChatError) {
        try validate(text, .line, field: field)
    }

    /// - Throws: ``ChatError/textEmpty(field:)``, ``ChatError/textTooLong(field:bytes:limit:)``, ``ChatError/fieldInvalid(field:detail:)``.
    static func validate(_ text: String?, _ rule: TextRule, field: String) throws(ChatError) {
        guard let text, let problem = rule.problem(of: text) else { return }
        switch problem {
        case .empty: throw .textEmpty(field: field)
        case .tooManyBytes(let bytes, let limit): throw .textTooLong(field: field, bytes: bytes, limit: limit)
        case .tooManyScalars, .forbidden: throw .fieldInvalid(field: field, detail: problem.detail)
        }
    }

    static func validateEmail(_ email: String?, field: String = "email") throws(ChatError) {
        guard let email, !email.isEmpty else { return }
        try validateLine(email, field: field)
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].utf8.contains(UInt8(ascii: ".")),
            !email.unicodeScalars.contains(where: \.properties.isWhitespace)
        else {
            throw .fieldInvalid(field: field, detail: "This is not an e-mail address.")
        }
    }
}
