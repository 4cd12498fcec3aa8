/// What one request may cost.
package struct ExchangeLimits: Sendable {
    /// What happens to a body beyond its limit.
    package enum Excess: Sendable {
        /// The exchange ends as ``OutboundTrouble/answerBodyTooLarge``.
        case fails
        /// The body is cut there, ``OutboundAnswer/isBodyCut`` says so, and the connection is closed: for receivers whose status alone counts.
        case isCut
    }

    /// From the call to the answer's last byte: waiting, lookups, redirects and repeats included.
    package var timeout: Duration
    /// Of the answer, as it is sent: nothing is ever decompressed, and `Accept-Encoding: identity` asks for that.
    package var bodyBytesMax: Int
    package var excess: Excess
    /// Names and values of the answer's fields together. NIO's decoder ends at 256 fields and 2 MiB by itself.
    package var headBytesMax: Int
    /// Redirects that are followed, for GET and HEAD only. 0: a redirect is the answer.
    package var redirectsMax: Int

    package init(
        timeout: Duration = .seconds(15), bodyBytesMax: Int = 1 << 20, excess: Excess = .fails, headBytesMax: Int = 64 << 10,
        redirectsMax: Int = 0
    ) {
        self.timeout = timeout
        self.bodyBytesMax = max(0, bodyBytesMax)
        self.excess = excess
        self.headBytesMax = headBytesMax
        self.redirectsMax = redirectsMax
    }

    /// Of requests. WhatsApp's media, the largest that we send, have 16 MiB; mail with attachments 30 MB.
    package static let requestBodyBytesMax = 32 << 20
    /// Address and fields of a request. Servers commonly refuse more (8 to 32 KiB).
    package static let requestHeadBytesMax = 32 << 10
    /// Of one name. A name with more is a mistake or an attack.
    package static let addressesPerNameMax = 64
    /// Addresses of one name that are tried before a request ends as not sent.
    package static let addressesTriedMax = 3
    /// Of a request that may be repeated, if it was sent and not answered. The jobs' queue does the patient repeating.
    package static let attemptsMax = 2
}
