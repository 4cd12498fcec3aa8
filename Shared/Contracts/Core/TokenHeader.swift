/// What we read of a JSON web token's header, before anybody is believed. Source: RFC 7515, section 4.1.
package struct TokenHeader: Sendable, Equatable {
    package let algorithm: String
    package let keyName: String?
    /// It asks for extensions to be understood; we know none. Source: RFC 7515, section 4.1.11.
    package let isCritical: Bool

    /// Bytes. Ours have some 80; what is longer carries certificates or is there to cost us time.
    package static let lengthMax = 1024

    /// - Parameter bytes: decoded from base64url.
    /// - Returns: nil if it is none, or longer or deeper than headers are.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.lengthMax else { return nil }
        do {
            guard case .object(let members) = try JSONValue(JSONDocument(bytes, within: .tokenHeader)),
                let algorithm = members["alg"]?.string
            else { return nil }
            self.algorithm = algorithm
            keyName = members["kid"]?.string
            isCritical = members["crit"] != nil
        } catch {
            return nil
        }
    }
}
