import Foundation

/// Asks another process's internal listener whether it is ready. Blocking: for `--health`, which does nothing else.
package enum HealthProbe {
    /// For connecting and for each read. A process that needs longer is not ready.
    static let patience = 3

    /// - Parameter host: where it listens; an address that means all of this machine's is asked at the loopback.
    package static func isReady(host: String = "127.0.0.1", port: UInt16) -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let asked = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
        guard getaddrinfo(asked, "\(port)", &hints, &list) == 0, let address = list?.pointee else { return false }
        defer { freeaddrinfo(list) }
        let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return false }
        let request = Array("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var answer = [UInt8](repeating: 0, count: 64)
        let received = recv(descriptor, &answer, answer.count, 0)
        return received > 0 && answer.prefix(received).starts(with: Array("HTTP/1.1 200".utf8))
    }
}
