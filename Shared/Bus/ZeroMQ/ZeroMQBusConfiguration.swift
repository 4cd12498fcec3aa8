import Contracts

package struct ZeroMQBusConfiguration: Sendable {
    package var service: ServiceName
    package var replica: Int
    /// Where to publish, `tcp://127.0.0.1:20001`; port `*` takes a free one. nil for a process that says nothing.
    package var eventsEndpoint: String?
    /// Where to answer. nil for a process that only asks.
    package var requestsEndpoint: String?
    /// `run/endpoints.json`; nil if a directory of another kind is given, or for a process that reaches nobody.
    package var endpointsFile: String?

    /// nil: every connection is plain, for one machine only.
    package var curve: CurveSecurity?

    package var requests = PendingRequests.Limits()
    package var admission = AdmissionQueue<Void>.Limits()
    package var links = LinkWatch.Limits()

    /// How many messages ZeroMQ holds for one subscriber that reads too slowly.
    /// - Unit: messages. At 4 KiB each, 10,000 hold about 40 MB per stuck subscriber.
    /// - Beyond it: PUB drops silently; the subscriber finds the gap and asks the log.
    /// - Source: zmq_setsockopt(3) `ZMQ_SNDHWM` – the real limit may lie up to 90 % lower.
    package var publishHighWater: Int32 = 10_000
    /// The same on the receiving side.
    package var subscribeHighWater: Int32 = 10_000
    /// Commands (frames to publish, requests, replies) that wait for the bus's thread. Beyond it frames are dropped and requests are
    /// refused as overloaded. At 100,000 per second they wait 0.6 s.
    package var commandsMax = 65_536
    /// Bytes of frames to publish that wait for the bus's thread; more are dropped.
    package var publishBytesMax = 64 * 1024 * 1024
    /// How long a graceful shutdown waits for the requests that are being answered.
    package var drainMax: Duration = .seconds(10)

    package init(
        service: ServiceName, replica: Int = 1, eventsEndpoint: String? = nil, requestsEndpoint: String? = nil, endpointsFile: String? = nil
    ) {
        self.service = service
        self.replica = replica
        self.eventsEndpoint = eventsEndpoint
        self.requestsEndpoint = requestsEndpoint
        self.endpointsFile = endpointsFile
    }
}

/// Why ZeroMQ refused, for example an address that is taken.
package struct ZeroMQError: Error, Sendable, CustomStringConvertible {
    package let operation: String
    package let code: Int32
    package let reason: String
    package var description: String { "\(operation): \(reason) (\(code))" }
}
