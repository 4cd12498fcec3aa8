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
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                var lastSeen: FileState?
                var lastTrouble: String?
                while !Task.isCancelled {
                    do {
                        let state = try FileState(path)
                        if state != lastSeen {
                            continuation.yield(try Self.parse(Data(contentsOf: URL(fileURLWithPath: path))))
                            lastSeen = state
                        }
                        lastTrouble = nil
                    } catch {
                        let trouble = String(describing: error)
                        if trouble != lastTrouble {
                            logger.warning("the endpoint file cannot be read", metadata: ["path": "\(path)", "error": "\(trouble)"])
                        }
                        lastTrouble = trouble
                    }
                    do { try await Task.sleep(for: every) } catch { break }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
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

    /// Tells a replaced file from the one read before.
    private struct FileState: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init(_ path: String) throws {
            var status = stat()
            guard stat(path, &status) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }
}
