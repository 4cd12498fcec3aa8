/// Why an attempt did not succeed, in words for whoever looks after it. Never a secret, never what a customer wrote.
package struct JobFailure: Codable, Sendable, Equatable {
    /// Stable and short, such as `provider-busy`.
    package let code: String
    package let detail: String

    /// Bytes of a code; what is longer is cut.
    package static let codeBytesMax = 64
    /// Bytes of a sentence; what is longer is cut. A provider's answer can be a whole page.
    package static let detailBytesMax = 500

    package init(code: String, detail: String) {
        self.code = Self.cut(code, bytesMax: Self.codeBytesMax)
        self.detail = Self.cut(detail, bytesMax: Self.detailBytesMax)
    }

    /// PostgreSQL holds no NUL.
    private static func cut(_ text: String, bytesMax: Int) -> String {
        TextRule(bytesMax: bytesMax, layout: .foreign).cut(text).split(separator: "\0").joined(separator: " ")
    }
}

extension JobFailure: Described {
    package static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("code", "A stable code, such as `no-answer`."),
            Field("detail", "A sentence for people."),
        ])
}
