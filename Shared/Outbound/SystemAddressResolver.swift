import Foundation
import Synchronization

/// `getaddrinfo`, on threads of its own since it blocks.
package final class SystemAddressResolver: AddressResolver {
    private let lookupsMax: Int
    private let running = Mutex(0)

    package init(lookupsMax: Int = OutboundCapacity().lookupsMax) {
        self.lookupsMax = lookupsMax
    }

    package func addresses(of name: String, searchesDomains: Bool) async throws(OutboundTrouble) -> [IPAddress] {
        let isAdmitted = running.withLock { running in
            guard running < lookupsMax else { return false }
            running += 1
            return true
        }
        guard isAdmitted else { throw .busy }
        let lookup = Lookup()
        let result: Lookup.Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard lookup.begin(continuation) else { return self.running.withLock { $0 -= 1 } }
                Thread.detachNewThread {
                    // With a dot at its end no search domain is tried.
                    let found = Self.find(searchesDomains ? name : name + ".")
                    self.running.withLock { $0 -= 1 }
                    lookup.end(found)
                }
            }
        } onCancel: {
            lookup.end(.failure(.cancelled))
        }
        return try result.get()
    }

    /// Hands its result over once: the thread's, or the cancellation's.
    private final class Lookup: Sendable {
        typealias Outcome = Result<[IPAddress], OutboundTrouble>
        private enum State { case notBegun, waiting(CheckedContinuation<Outcome, Never>), ended }
        private let state = Mutex(State.notBegun)

        /// - Returns: false if it was ended before; then the continuation has been resumed.
        func begin(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
            let isEnded = state.withLock { state in
                if case .ended = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isEnded { continuation.resume(returning: .failure(.cancelled)) }
            return !isEnded
        }

        func end(_ outcome: Outcome) {
            let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
                defer { state = .ended }
                if case .waiting(let continuation) = state { return continuation }
                return nil
            }
            continuation?.resume(returning: outcome)
        }
    }

    /// `EAI_NODATA`, which Swift does not see: the name is there, addresses are not.
    private static let noData: Int32 = -5

    private static func find(_ name: String) -> Result<[IPAddress], OutboundTrouble> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else { return .failure(code == EAI_NONAME || code == noData ? .nameNotFound : .lookupFailed) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr.flatMap({ IPAddress($0, family: entry.pointee.ai_family) }), !found.contains(address)
            else {
                continue
            }
            found.append(address)
        }
        return found.isEmpty ? .failure(.nameNotFound) : .success(found)
    }
}

extension IPAddress {
    fileprivate init?(_ address: UnsafeMutablePointer<sockaddr>, family: Int32) {
        switch family {
        case AF_INET:
            self.init(
                bytes: address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { entry in
                    withUnsafeBytes(of: entry.pointee.sin_addr) { Array($0) }
                })
        case AF_INET6:
            self.init(
                bytes: address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { entry in
                    withUnsafeBytes(of: entry.pointee.sin6_addr) { Array($0) }
                })
        default: return nil
        }
    }
}
