import Contracts
import NIOCore
import NIOWebSocket

/// A server's WebSocket frame as bytes. Built once and shared by all sockets that get it. Source: RFC 6455, section 5.2; frames
/// from a server are not masked.
enum WireFrame {
    static func text(_ parts: [ArraySlice<UInt8>]) -> ByteBuffer {
        let count = parts.reduce(0) { $0 + $1.count }
        var buffer = ByteBufferAllocator().buffer(capacity: count + 10)
        header(0x81, count, &buffer)
        for part in parts { buffer.writeBytes(part) }
        return buffer
    }

    static func ping() -> ByteBuffer { control(0x89, []) }

    static func pong(_ payload: ByteBuffer) -> ByteBuffer { control(0x8a, Array(payload.readableBytesView.prefix(125))) }

    /// - Parameter reason: ASCII, at most 123 bytes.
    static func close(_ code: UInt16, _ reason: String) -> ByteBuffer {
        control(0x88, [UInt8(code >> 8), UInt8(code & 255)] + Array(reason.utf8.prefix(123)))
    }

    private static func control(_ first: UInt8, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: payload.count + 2)
        header(first, payload.count, &buffer)
        buffer.writeBytes(payload)
        return buffer
    }

    private static func header(_ first: UInt8, _ count: Int, _ buffer: inout ByteBuffer) {
        buffer.writeInteger(first)
        if count < 126 {
            buffer.writeInteger(UInt8(count))
        } else if count <= UInt16.max {
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(count))
        } else {
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(count))
        }
    }
}

/// What the gateway says: `{"type":…,"sequence":…,"through":…,"data":…}`, by concatenation. Contracts §5.
enum ServerFrame {
    /// - Parameters:
    ///   - sequence: nil for what has no place in a conversation.
    ///   - data: JSON.
    static func make(_ type: String, sequence: Int64?, through: Int64?, data: [UInt8]) -> ByteBuffer {
        let head = "{\"type\":\"\(type)\",\"sequence\":\(word(sequence)),\"through\":\(word(through)),\"data\":"
        return WireFrame.text([ArraySlice(head.utf8), data[...], [UInt8(ascii: "}")]])
    }

    static func make(_ type: String, through: Int64? = nil, _ data: some Encodable) throws -> ByteBuffer {
        make(type, sequence: nil, through: through, data: try JSON.encode(data))
    }

    private static func word(_ number: Int64?) -> String { number.map(String.init) ?? "null" }
}

/// Why we close a socket. Below 4000: RFC 6455, section 7.4.1.
enum CloseReason {
    case goingAway, protocolError, notText, notUTF8, tooBig, `internal`, tokenExpired, accessEnded, blocked, readsTooSlowly, silent

    /// What a client's closing frame is answered with: its code, 1000 if it has none, 1002 for a code that must not be sent, 1007 for a reason
    /// that is no text. Source: RFC 6455, sections 5.5.1 and 7.4; IANA's registry has 1012 to 1014.
    static func answer(to payload: ByteBuffer) -> UInt16 {
        var payload = payload
        guard payload.readableBytes > 0 else { return 1000 }
        guard let code: UInt16 = payload.readInteger() else { return CloseReason.protocolError.code }
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return CloseReason.protocolError.code
        }
        return String(validating: payload.readableBytesView, as: UTF8.self) == nil ? CloseReason.notUTF8.code : code
    }

    var code: UInt16 {
        switch self {
        case .goingAway, .silent: 1001
        case .protocolError: 1002
        case .notText: 1003
        case .notUTF8: 1007
        case .tooBig: 1009
        case .internal: 1011
        // The client asks for a token anew and hears there what has ended.
        case .tokenExpired, .accessEnded, .blocked: 4001
        case .readsTooSlowly: 4008
        }
    }

    var sentence: String {
        switch self {
        case .goingAway: "this gateway stops"
        case .protocolError: "not the protocol"
        case .notText: "only text frames"
        case .notUTF8: "not UTF-8"
        case .tooBig: "frame too big"
        case .internal: "our fault"
        case .tokenExpired: "the token has expired"
        case .accessEnded: "this sign-in has ended"
        case .blocked: "messages are not accepted any more"
        case .readsTooSlowly: "too far behind; resume by sequence"
        case .silent: "nothing heard"
        }
    }
}
