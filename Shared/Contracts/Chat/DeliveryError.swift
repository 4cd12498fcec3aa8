/// Why a message did not reach the customer, for the company's people. Never a secret, never what somebody wrote.
package struct DeliveryError: Codable, Sendable, Hashable {
    /// The provider's, or ours: stable and short, such as `30003`.
    package let code: String
    /// A sentence.
    package let detail: String

    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}

extension DeliveryError: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"code":"#)
        json.string(code)
        json.raw(#","detail":"#)
        json.string(detail)
        json.raw("}")
    }
}

extension DeliveryError: Described {
    package static let meaning = Meaning(
        nil, .answer, "Why the attempt did not succeed; with `failed` and `unknown`. Only for the company's people.",
        fields: [
            Field("code", "The provider's.", .length(100)),
            Field("detail", "A sentence for people.", .length(1000)),
        ])
}
