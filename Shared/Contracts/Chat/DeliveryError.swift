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
