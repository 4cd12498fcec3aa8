/// Finds a name's addresses. The only place where a name becomes an address.
package protocol AddressResolver: Sendable {
    /// - Parameters:
    ///   - name: in lower case, without a dot at its end.
    ///   - searchesDomains: whether the own network's search domains may be tried.
    /// - Returns: at least one.
    /// - Throws: ``OutboundTrouble``.
    func addresses(of name: String, searchesDomains: Bool) async throws(OutboundTrouble) -> [IPAddress]
}
