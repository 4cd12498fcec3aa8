import Foundation
import Synchronization

/// Stands between libpq and the test cluster, and cuts the line where a test says so.
package final class TestProxy: Sendable {
    package enum Cut: Sendable, Equatable {
        case never
        /// Before what holds the word reaches the server.
        case before(String)
        /// After the server has got what holds the word and has answered it; the answer does not come through.
        case afterAnswer(to: String)
        /// Takes everything and says nothing.
        case silence
    }

    private struct State {
        var cut = Cut.never
        var descriptors: [Int32] = []
        var connections = 0
        var cuts = 0
        var requests = 0
    }

    private let state = Mutex(State())
    private let socketPath: String
    private let listener: Int32
    /// On 127.0.0.1; chosen by the system.
    package let port: UInt16

    /// - Parameter socketPath: of the server's Unix socket.
    package init(to socketPath: String) throws {
        self.socketPath = socketPath
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, pointer, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
            }
        }
    }

    deinit { close() }

    package func cut(_ cut: Cut) { state.withLock { $0.cut = cut } }
    /// How often the line was cut.
    package var cuts: Int { state.withLock { $0.cuts } }
    package var connections: Int { state.withLock { $0.connections } }
    /// Bundles of bytes that came from clients: with small statements, as many as round trips.
    package var requests: Int { state.withLock { $0.requests } }

    package func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.descriptors }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            shutdown(client, Int32(SHUT_RDWR))
            return
        }
        state.withLock { state in
            state.descriptors += [client, server]
            state.connections += 1
        }
        let isMuted = Mutex<Bool>.Shared(false)
        Thread.detachNewThread { [self] in
            forward(from: client, to: server) { bytes in
                let cut = self.state.withLock { state in
                    state.requests += 1
                    return state.cut
                }
                func holds(_ word: String) -> Bool { bytes.firstRange(of: Array(word.utf8)) != nil }
                switch cut {
                case .before(let word) where holds(word): return .stop
                case .afterAnswer(let word) where holds(word):
                    isMuted.value.withLock { $0 = true }
                    return .pass
                case .silence: return .swallow
                default: return .pass
                }
            }
        }
        Thread.detachNewThread { [self] in
            forward(from: server, to: client) { _ in isMuted.value.withLock { $0 } ? .stop : .pass }
        }
    }

    private enum Verdict { case pass, swallow, stop }

    private func forward(from source: Int32, to target: Int32, _ judge: (ArraySlice<UInt8>) -> Verdict) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            let verdict = judge(buffer[..<count])
            if verdict == .swallow { continue }
            guard verdict == .pass else {
                state.withLock { $0.cuts += 1 }
                break
            }
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes { send(target, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL)) }
                guard written > 0 else { break }
                sent += written
            }
            guard sent == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }
}

extension Mutex where Value: Sendable {
    /// A mutex that two threads can hold.
    fileprivate final class Shared: Sendable {
        let value: Mutex<Value>
        init(_ initial: Value) { value = Mutex(initial) }
    }
}
