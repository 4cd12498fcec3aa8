import Foundation

/// A TCP connection to a gateway: HTTP while it blocks, a client's WebSocket after that. Belongs to the thread of its load.
final class LoadConnection {
    /// Bytes taken from the kernel at once.
    private static let chunk = 64 * 1024
    /// How long an answer to a blocking request may take.
    private static let patience = timeval(tv_sec: 30, tv_usec: 0)

    let descriptor: Int32
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private(set) var isClosed = false

    init(_ target: LoadTarget) throws {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(target.host, "\(target.port)", &hints, &found) == 0, let found else {
            throw OperatorError("\(target.host) has no address.")
        }
        defer { freeaddrinfo(found) }
        descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw OperatorError("No socket is left: \(String(cString: strerror(errno)))") }
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw OperatorError("\(target.host):\(target.port) cannot be reached: \(reason)")
        }
        var (one, patience): (Int32, timeval) = (1, Self.patience)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func becomeNonblocking() throws {
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
            throw OperatorError("A socket cannot be used: \(String(cString: strerror(errno)))")
        }
    }

    // MARK: HTTP

    func readHTTP() throws -> (status: Int, body: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        var headLength: Int?
        while headLength == nil {
            headLength = input.firstRange(of: end)?.upperBound
            if headLength == nil, !(try fill()) { throw OperatorError("The gateway hung up without an answer.") }
        }
        let head = String(decoding: input.prefix(headLength ?? 0), as: UTF8.self)
        input.removeFirst(headLength ?? 0)
        let lines = head.split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        guard status != 101 else { return (status, []) }
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
        let count = length?.split(separator: ":").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 0
        while input.count < count {
            if !(try fill()) { throw OperatorError("The gateway hung up in the middle of an answer.") }
        }
        return (status, Array(input.prefix(count)))
    }

    // MARK: WebSocket

    /// Writes a text frame; what the kernel does not take now goes out with ``flush()``.
    func sendText(_ text: some Collection<UInt8>) throws {
        // Masked, as a client's frames must be; with zeros, which change nothing.
        var frame: [UInt8] = [0x81]
        if text.count < 126 {
            frame.append(0x80 | UInt8(text.count))
        } else {
            frame.append(0x80 | 126)
            frame.append(UInt8(text.count >> 8 & 0xff))
            frame.append(UInt8(text.count & 0xff))
        }
        frame.append(contentsOf: [0, 0, 0, 0])
        frame.append(contentsOf: text)
        try send(frame)
    }

    /// Reads what is there and hands on each text frame.
    /// - Throws: ``OperatorError`` once the gateway closed.
    func receive(_ heard: (UnsafeRawBufferPointer) throws -> Void) throws {
        while try fill() {}
        var start = 0
        try input.withUnsafeBytes { bytes in
            while let (opcode, payload, end) = Self.frame(in: bytes, from: start) {
                start = end
                switch opcode {
                case 1: try heard(UnsafeRawBufferPointer(rebasing: bytes[payload]))
                case 8:
                    let reason = String(decoding: bytes[payload].dropFirst(2), as: UTF8.self)
                    throw OperatorError("The gateway closed a socket: \(reason)")
                case 9: try send([0x8a, 0x80 | UInt8(payload.count & 0x7f), 0, 0, 0, 0] + bytes[payload])
                default: break
                }
            }
        }
        input.removeFirst(start)
        if isClosed { throw OperatorError("The gateway closed a socket.") }
    }

    private static func frame(in bytes: UnsafeRawBufferPointer, from start: Int) -> (UInt8, Range<Int>, Int)? {
        guard bytes.count >= start + 2 else { return nil }
        var (length, offset) = (Int(bytes[start + 1] & 0x7f), start + 2)
        let wide = length == 126 ? 2 : length == 127 ? 8 : 0
        guard bytes.count >= offset + wide else { return nil }
        if wide > 0 { length = bytes[offset..<offset + wide].reduce(0) { $0 << 8 | Int($1) } }
        offset += wide
        guard bytes.count >= offset + length else { return nil }
        return (bytes[start] & 0x0f, offset..<offset + length, offset + length)
    }

    // MARK: Bytes

    var hasOutput: Bool { !output.isEmpty }

    func send(_ bytes: [UInt8]) throws {
        output.append(contentsOf: bytes)
        try flush()
    }

    func flush() throws {
        while !output.isEmpty {
            let written = output.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EAGAIN { return }
            guard written > 0 else { throw OperatorError("A connection broke: \(String(cString: strerror(errno)))") }
            output.removeFirst(written)
        }
    }

    /// - Returns: false if nothing is there now, or nothing will come any more.
    private func fill() throws -> Bool {
        let count = input.count
        input.reserveCapacity(count + Self.chunk)
        let result = withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 1) { buffer in
            let result = read(descriptor, buffer.baseAddress, buffer.count)
            if result > 0 { input.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[0..<result])) }
            return result
        }
        if result < 0, errno == EINTR { return try fill() }
        if result < 0, errno == EAGAIN { return false }
        if result < 0 { throw OperatorError("A connection broke: \(String(cString: strerror(errno)))") }
        if result == 0 { isClosed = true }
        return result > 0
    }
}
