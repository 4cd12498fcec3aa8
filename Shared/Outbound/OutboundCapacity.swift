/// What one process spends on asking outside, all uses together.
package struct OutboundCapacity: Sendable {
    /// Requests at the same time. Each holds a connection, and a body up to its limit.
    package var requestsInFlightMax = 64
    /// Requests that wait for their turn, within their own time. Beyond it they end as ``OutboundTrouble/busy`` at once.
    package var requestsWaitingMax = 256
    /// Lookups at the same time. Each holds a thread for as long as the system's resolver waits for its servers (5 to 30 s when none answers).
    package var lookupsMax = 16
    /// Pairs of name and address that have a client of their own, since async-http-client pins addresses by client. More than requests in
    /// flight, so that one without work can always be closed; an idle client holds its trusted certificates, some 0.5 MB.
    package var pinnedClientsMax = 128
    /// TCP and TLS together, for one address.
    package var connectTimeout = Duration.seconds(5)
    /// How long a connection waits for the next request. Many servers keep theirs for 60 s and more, proxies for 30 s.
    package var idleTimeout = Duration.seconds(15)

    package init() {}
}
