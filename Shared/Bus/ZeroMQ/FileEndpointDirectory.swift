import Contracts
import Foundation
import Logging

/// Reads `run/endpoints.json`, again whenever it was replaced:
/// `{"chat": [{"replica": 1, "events": "tcp://127.0.0.1:20001", "requests": "tcp://127.0.0.1:20002"}], …}`.
/// Unknown keys are ignored. A file that is missing or cannot be read changes nothing: what was known before stays.
package struct FileEndpointDirectory: EndpointDirectory {
    /// A new replica is found after at most this long.
    package static let readEvery: Duration = .seconds(1)

    private let path: String
    private let every: Duration
    private let logger: Logger

    package init(path: String, every: Duration = FileEndpointDirectory.readEvery, logger: Logger) {
        self.path = path
        self.every = every
        self.logger = logger
    }

    package func endpoints() -> AsyncStream<[Endpoint]> {
        WatchedFile(path: path, every: every, trouble: "the endpoint file cannot be read", logger: logger, parse: Self.parse).contents()
    }

    package static func parse(_ data: Data) throws -> [Endpoint] {
        guard case .object(let services) = try JSON.decode(JSONValue.self, from: data) else {
            throw MalformedFrame("the endpoint file is not a JSON object")
        }
        var endpoints: [Endpoint] = []
        for (name, value) in services.sorted(by: { $0.key < $1.key }) {
            guard case .array(let replicas) = value else { continue }
            for entry in replicas {
                guard let replica = entry["replica"]?.integer else { continue }
                endpoints.append(
                    Endpoint(
                        service: ServiceName(rawValue: name), replica: Int(clamping: replica), events: entry["events"]?.string,
                        requests: entry["requests"]?.string))
            }
        }
        return endpoints
    }
}
