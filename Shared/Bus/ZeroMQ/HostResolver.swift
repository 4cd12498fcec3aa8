import Foundation
import Synchronization

/// Asks for the addresses of a name.
package protocol HostResolver: Sendable {
    /// All addresses, literal ones, in no order; empty if the name server says that there is no such name.
    /// - Throws: ``HostResolutionError`` if there was no answer.
    func addresses(of host: String) async throws(HostResolutionError) -> [String]
}

/// A name server did not answer.
package struct HostResolutionError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// The system's resolver. It blocks, so it is asked on a thread of its own, never on libzmq's (messaging.md §1.7) nor on one of
/// Swift's pool.
package final class SystemHostResolver: HostResolver {
    /// Below the time between two questions.
    package static let patience: Duration = .seconds(2)

    /// A name that is still being asked for is not asked for again: a name server that hangs costs one thread per name.
    private let asked = Mutex<Set<String>>([])

    package init() {}

    package func addresses(of host: String) async throws(HostResolutionError) -> [String] {
        guard asked.withLock({ $0.insert(host).inserted }) else { throw HostResolutionError("the name server has not answered yet") }
        let answer = Answer()
        let thread = Thread { [self] in
            let result = Self.lookUp(host)
            _ = asked.withLock { $0.remove(host) }
            answer.give(result)
        }
        thread.name = "resolver"
        let result = await withCheckedContinuation { continuation in
            answer.wait(continuation)
            thread.start()
            Task {
                try await Task.sleep(for: Self.patience)
                answer.give(.failure(HostResolutionError("the name server did not answer in time")))
            }
        }
        return try result.get()
    }

    private static func lookUp(_ host: String) -> Result<[String], HostResolutionError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        switch code {
        case 0: break
        case EAI_NONAME, eaiNoData: return .success([])
        default: return .failure(HostResolutionError(String(cString: gai_strerror(code))))
        }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            let address = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // Addresses that hold for one link only cannot be told to libzmq.
            if !address.contains("%") { addresses.append(address) }
        }
        return .success(addresses)
    }

    /// `EAI_NODATA`, a GNU extension: the name is there and has no address.
    private static let eaiNoData: Int32 = -5

    /// The first of several answers counts.
    private final class Answer: Sendable {
        private typealias Waiting = CheckedContinuation<Result<[String], HostResolutionError>, Never>
        private let waiting = Mutex<Waiting?>(nil)

        func wait(_ continuation: CheckedContinuation<Result<[String], HostResolutionError>, Never>) {
            waiting.withLock { $0 = continuation }
        }

        func give(_ result: Result<[String], HostResolutionError>) {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(returning: result)
        }
    }
}
