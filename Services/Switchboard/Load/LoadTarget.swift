import Contracts
import Foundation

/// The deployment that a load is put on.
struct LoadTarget: Sendable {
    let host: String
    let port: UInt16

    /// - Throws: ``OperatorError`` unless `address` is `http://host[:port]`: the load speaks to a gateway, not to the TLS in front of it.
    init(_ address: String) throws {
        guard let parts = URLComponents(string: address), parts.scheme == "http", let host = parts.host, !host.isEmpty,
            let port = UInt16(exactly: parts.port ?? 80)
        else { throw OperatorError("--gateway must be of the form http://host:port.", code: .notPossible) }
        self.host = host
        self.port = port
    }

    /// One request on a connection of its own.
    /// - Throws: ``OperatorError`` with the problem's words unless the answer is a 2xx.
    func post(_ path: String, _ body: JSONValue, token: String? = nil) throws -> JSONValue {
        let bytes = try JSON.encode(body)
        var head = "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\nContent-Type: application/json\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        head += "Content-Length: \(bytes.count)\r\n\r\n"
        let connection = try LoadConnection(self)
        try connection.send(Array(head.utf8) + bytes)
        let answer = try connection.readHTTP()
        guard (200..<300).contains(answer.status) else {
            throw OperatorError("\(path) was answered with \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
        return answer.body.isEmpty ? .null : try JSON.decode(JSONValue.self, from: answer.body)
    }

    /// - Throws: ``OperatorError`` if the gateway refuses.
    func openSocket(_ path: String, token: String) throws -> LoadConnection {
        let connection = try LoadConnection(self)
        try connection.send(
            Array(
                """
                GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
                Sec-WebSocket-Protocol: switchboard.v1\r\nAuthorization: Bearer \(token)\r\n\r\n
                """.utf8))
        let answer = try connection.readHTTP()
        guard answer.status == 101 else {
            throw OperatorError("\(path) was answered with \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
        try connection.becomeNonblocking()
        return connection
    }
}
