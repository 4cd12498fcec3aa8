/// A whole answer, whatever its status.
package struct OutboundAnswer: Sendable {
    package let head: OutboundHead
    package let body: [UInt8]
    /// The body was longer than its limit, which ``ExchangeLimits/Excess/isCut`` allowed.
    package let isBodyCut: Bool

    package var status: Int { head.status }
    package var retryAfterSeconds: Int? { head.retryAfterSeconds }

    /// Itself, if it is 2xx.
    /// - Throws: ``OutboundError/refused(host:status:retryAfterSeconds:)``.
    @discardableResult
    package func successful() throws(OutboundError) -> OutboundAnswer {
        guard head.isSuccess else { throw .refused(host: head.host, status: status, retryAfterSeconds: retryAfterSeconds) }
        return self
    }
}
