import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit
import TestSupport
import Testing

@Suite struct `The internal listener` {
    private func ask(_ port: Int, _ text: String) async throws -> String {
        let client = try await RawConnection.connect(port: port)
        try await client.send(text)
        let head = try await client.read(until: "\r\n\r\n")
        client.close()
        return head
    }

    @Test func `shows health and metrics inside, and to nobody who came through the gateway`() async throws {
        let metrics = MetricsRegistry()
        metrics.counter("things_total", "Things.").add()
        try await withInternalServer(InternalRoutes(), metrics: metrics) { port in
            for path in ["/health/live", "/health/ready", "/metrics"] {
                let inside = try await ask(port, "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(inside.hasPrefix("HTTP/1.1 200 "), "\(path)")
                let outside = try await ask(port, "GET \(path) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")
                #expect(outside.hasPrefix("HTTP/1.1 404 "), "\(path)")
            }
            let client = try await RawConnection.connect(port: port)
            try await client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(String(decoding: try await client.readToEnd(), as: UTF8.self).contains("things_total 1\n"))
            #expect(HealthProbe.isReady(port: UInt16(port)))
        }
    }

    @Test func `holds to each route's method and limit`() async throws {
        let routes = InternalRoutes()
        routes.add(.post, "/things/{id}", reach: .inside, bodyBytesMax: 4) { request in
            let body = try await request.body.collect()
            return Response(status: .ok, body: ResponseBody(byteBuffer: body))
        }
        routes.add(.get, "/trouble", reach: .inside) { _ in throw ChannelError.eof }
        try await withInternalServer(routes) { port in
            let questions = [
                ("POST /things/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1234", "200"),
                ("POST /things/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345", "413"),
                ("POST /things/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n", "413"),
                ("GET /things/1 HTTP/1.1\r\nHost: a\r\n\r\n", "405"), ("GET /things HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
                ("GET /trouble HTTP/1.1\r\nHost: a\r\n\r\n", "500"),
            ]
            for (text, status) in questions {
                let answer = try await ask(port, text)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
            }
        }
    }

    @Test func `closes what does not arrive in time, and what there is too much of`() async throws {
        var limits = InternalLimits()
        limits.connections.headMax = .milliseconds(100)
        limits.connections.allMax = 1
        try await withInternalServer(InternalRoutes(), limits: limits) { port in
            let slow = try await RawConnection.connect(port: port)
            try await slow.send("GET /health/live HTTP/1.1\r\n")
            #expect(try await slow.readToEnd() == [])
            slow.close()
            limit: while true {
                let first = try await RawConnection.connect(port: port)
                try await first.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
                try await eventually("it is answered or closed") { first.receivedCount > 0 || first.isEnded }
                guard first.receivedCount > 0 else { continue limit }
                let second = try await RawConnection.connect(port: port)
                #expect(try await second.readToEnd() == [])
                first.close()
                break
            }
        }
    }
}
