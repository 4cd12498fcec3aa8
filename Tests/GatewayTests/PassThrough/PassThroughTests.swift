import AsyncHTTPClient
import Crypto
import Foundation
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit
import Synchronization
import TestSupport
import Testing

/// A request's head in bytes.
private func head(_ line: String, _ fields: String...) -> String {
    ([line + " HTTP/1.1", "Host: chat.example"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
}

private let path = "/api/webhooks/test/status"
private let mail = 30 * 1024 * 1024

/// How a body's end is told, and a part of such a body.
struct Framing: Sendable {
    let field: String
    let part: String
}

let framings = [
    Framing(field: "Content-Length: 1000", part: "some"), Framing(field: "Transfer-Encoding: chunked", part: "4\r\nsome\r\n"),
]

@Suite struct `What is passed on` {
    @Test func `arrives and comes back byte for byte, 30 MB of it`() async throws {
        let routes = InternalRoutes()
        routes.add(.post, path, reach: .gateway, bodyBytesMax: mail) { request in
            let body = request.body
            return Response(
                status: .ok, headers: [.contentType: "application/octet-stream"],
                body: ResponseBody { writer in
                    for try await part in body { try await writer.write(part) }
                    try await writer.finish(nil)
                })
        }
        let bytes = try randomBytes(mail)
        try await withInternalServer(routes) { port in
            try await withPassThrough(to: [port]) { gateway in
                var request = HTTPClientRequest(url: "http://127.0.0.1:\(gateway.port)\(path)")
                request.method = .POST
                request.body = .bytes(ByteBuffer(bytes: bytes))
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
                #expect(response.status == .ok)
                var hash = SHA256()
                var count = 0
                for try await part in response.body {
                    count += part.readableBytes
                    hash.update(data: part.readableBytesView)
                }
                #expect(count == mail)
                #expect(Array(hash.finalize()) == Array(SHA256.hash(data: bytes)))
            }
        }
    }

    @Test func `goes on as it comes, in both directions`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("POST \(path)", "Transfer-Encoding: chunked"))
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            for word in ["one", "two", "six"] {
                try await client.send("3\r\n\(word)\r\n")
                #expect(try await service.read(until: "\(word)\r\n") == "3\r\n\(word)\r\n")
            }
            try await service.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            // The answer has begun while the request goes on.
            for word in ["ten", "few", "all"] {
                try await service.send("3\r\n\(word)\r\n")
                #expect(try await client.read(until: "\(word)\r\n") == "3\r\n\(word)\r\n")
                try await client.send("3\r\n\(word)\r\n")
                #expect(try await service.read(until: "\(word)\r\n") == "3\r\n\(word)\r\n")
            }
            try await client.send("0\r\n\r\n")
            #expect(try await service.read(until: "0\r\n\r\n") == "0\r\n\r\n")
            try await service.send("0\r\n\r\n")
            #expect(try await client.read(until: "0\r\n\r\n") == "0\r\n\r\n")
            // The client's connection lives on.
            try await client.send(head("GET /nowhere"))
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
            client.close()
        }
        try await server.close()
    }

    @Test func `waits where nobody reads, either way, and all of it comes in the end`() async throws {
        let buffer = 64 * 1024
        let server = try await RawServer.listen(buffer: buffer)
        let bytes = try randomBytes(16 * 1024 * 1024)
        let most = bytes.count * 3 / 4
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port, buffer: buffer)
            try await client.send(head("POST \(path)", "Content-Length: \(bytes.count)"))
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            try await service.stopReading()
            client.sendInParts(bytes)
            let sent = try await settled(client)
            #expect(sent > 0 && sent < most, "the client got rid of \(sent) bytes that nobody read")
            try await service.goOnReading()
            #expect(Data(try await service.read(count: bytes.count)) == Data(bytes))

            try await client.stopReading()
            try await service.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
            service.sendInParts(bytes)
            let answered = try await settled(service)
            #expect(answered > 0 && answered < most, "the service got rid of \(answered) bytes that nobody read")
            try await client.goOnReading()
            _ = try await client.read(until: "\r\n\r\n")
            #expect(Data(try await client.read(count: bytes.count)) == Data(bytes))
            client.close()
        }
        try await server.close()
    }

    @Test func `waits for the word that it may come, where the client asks for it`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("POST \(path)", "Expect: 100-continue", "Content-Length: 4"))
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            try await client.send("body")
            let service = try await server.next()
            #expect(try await service.read(until: "body").contains("100-continue") == false)
            try await service.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
            client.close()
        }
        try await server.close()
    }

    @Test func `keeps its fields, and the gateway alone says who asks`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(
                head(
                    "POST \(path)?b=%2F&a=1%20&&x", "X-Twilio-Signature: abc=", "accept: */*", "X-Many: 1", "x-many: 2",
                    "Cookie: a=1; b=2", "X-Greeting: schön", "X-Forwarded-For: 1.2.3.4",
                    "X-Forwarded-Host: evil.example", "x-forwarded-proto: https", "X-Forwarded-Anything: 1", "Forwarded: for=1.2.3.4",
                    "X-Real-IP: 1.2.3.4", "Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: 5", "TE: trailers", "Upgrade: h2c",
                    "Proxy-Authorization: Basic x", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
                    "Content-Length: 2") + "{}")
            let service = try await server.next()
            let lines = try await service.read(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
            #expect(
                lines == [
                    "POST \(path)?b=%2F&a=1%20&&x HTTP/1.1", "Host: chat.example", "X-Twilio-Signature: abc=", "accept: */*", "X-Many: 1",
                    "x-many: 2", "Cookie: a=1; b=2", "X-Greeting: schön",
                    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "X-Forwarded-For: 127.0.0.1",
                    "X-Forwarded-Host: chat.example", "X-Forwarded-Proto: http", "Connection: close", "Content-Length: 2",
                ])
            #expect(try await service.read(count: 2) == Array("{}".utf8))
            try await service.send(
                "HTTP/1.1 201 Created\r\nX-Answer: 1\r\nx-answer: 2\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok")
            let answer = try await client.read(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
            #expect(
                answer == ["HTTP/1.1 201 Created", "X-Answer: 1", "x-answer: 2", "Content-Length: 2", "X-Content-Type-Options: nosniff"])
            #expect(try await client.read(count: 2) == Array("ok".utf8))
            client.close()
        }
        try await server.close()
    }

    @Test func `carries a signature over the public address and the bytes`() async throws {
        let key = SymmetricKey(size: .bits256)
        let routes = InternalRoutes()
        routes.add(.post, "/api/webhooks/test/{kind}", reach: .gateway) { request in
            let body = try await request.body.collect()
            let signed = Array((request.publicURL ?? "").utf8) + body.readableBytesView
            let signature = Data(base64Encoded: request.fields[HTTPField.Name("X-Signature")!] ?? "") ?? Data()
            let holds = HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: key)
            return Response(
                status: holds ? .ok : .forbidden,
                body: ResponseBody(byteBuffer: ByteBuffer(string: "\(request.parameters["kind"] ?? "") \(request.clientAddress ?? "")")))
        }
        var proxies = TrustedProxies()
        let isProxy = proxies.insert("127.0.0.1")
        #expect(isProxy)
        let trusted = proxies
        try await withInternalServer(routes) { port in
            try await withPassThrough(to: [port], { $0.trustedProxies = trusted }) { gateway in
                let body = try randomBytes(10_000)
                let url = "https://chat.example\(path)?account=1&key=a%2Bb"
                let signature = Data(HMAC<SHA256>.authenticationCode(for: Array(url.utf8) + body, using: key)).base64EncodedString()
                let fields = [
                    "Host": "chat.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "X-Signature": signature,
                ]
                let target = "\(path)?account=1&key=a%2Bb"
                let good = try await gateway.request("POST", target, bytes: body, headers: fields)
                #expect(good.status == 200)
                #expect(String(decoding: good.bytes, as: UTF8.self) == "status 203.0.113.9")
                let otherBytes = try await gateway.request("POST", target, bytes: body + [0], headers: fields)
                #expect(otherBytes.status == 403)
                let otherTarget = try await gateway.request("POST", "\(path)?account=1&key=a+b", bytes: body, headers: fields)
                #expect(otherTarget.status == 403)
            }
        }
    }
}

@Suite struct `An exchange that is cut off` {
    @Test(arguments: framings)
    func `in the request's body has no end for the service`(framing: Framing) async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("POST \(path)", framing.field) + framing.part)
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            _ = try await service.read(until: framing.part)
            client.close()
            #expect(try await service.readToEnd() == [], "neither the rest nor an end of the body")
        }
        try await server.close()
    }

    @Test func `in the request's body fails in the service that reads it`() async throws {
        let outcome = Mutex<String?>(nil)
        let begun = Mutex(false)
        let routes = InternalRoutes()
        routes.add(.post, path, reach: .gateway) { request in
            do {
                for try await _ in request.body { begun.withLock { $0 = true } }
                outcome.withLock { $0 = "whole" }
            } catch {
                outcome.withLock { $0 = "cut" }
                throw error
            }
            return Response(status: .ok)
        }
        try await withInternalServer(routes) { port in
            try await withPassThrough(to: [port]) { gateway in
                for framing in framings {
                    begun.withLock { $0 = false }
                    outcome.withLock { $0 = nil }
                    let client = try await RawConnection.connect(port: gateway.port)
                    try await client.send(head("POST \(path)", framing.field) + framing.part)
                    try await eventually("the service reads") { begun.withLock { $0 } }
                    try await client.reset()
                    try await eventually("the service is done") { outcome.withLock { $0 } != nil }
                    #expect(outcome.withLock { $0 } == "cut", "\(framing.field)")
                }
            }
        }
    }

    @Test func `by a client that waits for its answer ends at the service at once`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("GET \(path)"))
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            client.close()
            #expect(try await service.readToEnd() == [])
            try await eventually("it is counted") {
                gateway.metrics.value(#"gateway_passed_broken_total{prefix="/api/webhooks/test",side="client"}"#) == 1
            }
        }
        try await server.close()
    }

    @Test(arguments: framings)
    func `in the answer has no end for the client, nor for the service`(framing: Framing) async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            for kills in ["service", "client"] {
                let client = try await RawConnection.connect(port: gateway.port)
                try await client.send(head("GET \(path)"))
                let service = try await server.next()
                _ = try await service.read(until: "\r\n\r\n")
                try await service.send("HTTP/1.1 200 OK\r\n\(framing.field)\r\n\r\n\(framing.part)")
                #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
                _ = try await client.read(until: framing.part)
                if kills == "service" {
                    try await service.reset()
                    #expect(try await client.readToEnd() == [], "neither the rest nor an end of the body")
                } else {
                    client.close()
                    #expect(try await service.readToEnd() == [])
                }
            }
            #expect(gateway.metrics.value(#"gateway_passed_broken_total{prefix="/api/webhooks/test",side="service"}"#) == 1)
        }
        try await server.close()
    }

    @Test func `before the answer's head is 502`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            async let answer = gateway.request("POST", path, bytes: Array("{}".utf8))
            let service = try await server.next()
            _ = try await service.read(until: "{}")
            service.close()
            #expect(try await answer.status == 502)
            #expect(try await answer.code == "answer-broken")
        }
        try await server.close()
    }

    @Test func `by a service without an end that could be told is 502`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            async let answer = gateway.request("GET", path)
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            try await service.send("HTTP/1.1 200 OK\r\n\r\nhalf of it")
            service.close()
            #expect(try await answer.code == "answer-unframed")
        }
        try await server.close()
    }
}

@Suite struct `What is not passed on` {
    @Test func `is every path that is not plainly below the prefix`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let targets = [
                "/health/live", "/health/ready", "/metrics", "/api/webhooks/tests", "/api/webhooks/", "/api/webhooks",
                "/api/webhooks/test/", "/api/webhooks/test/../../../metrics", "/api/webhooks/test/..", "/api/webhooks/test/./x",
                "/api/webhooks/test/%2e%2e/metrics", "/api/webhooks/test/%2E%2E%2Fmetrics", "/api/webhooks/test%2fx",
                "/api/webhooks/test//metrics", "//api/webhooks/test", "/api//webhooks/test", "/api/webhooks/test/x\\..\\metrics",
                "/API/webhooks/test", "/api/webhooks/%74est", "http://127.0.0.1:\(server.port)/metrics",
                "http://127.0.0.1:\(server.port)/health/live", "/api/webhooks/test/x;y",
            ]
            for target in targets {
                let client = try await RawConnection.connect(port: gateway.port)
                try await client.send(head("GET \(target)"))
                let answer = try await client.read(until: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 404 ") || answer.hasPrefix("HTTP/1.1 400 "), "\(target): \(answer)")
                client.close()
            }
            #expect(server.acceptedCount == 0, "the service heard of none of them")
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("GET \(path)"))
            _ = try await server.next()
            client.close()
        }
        try await server.close()
    }

    @Test func `is anything, where no service is named`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.request("POST", path)
            #expect(answer.status == 404)
        }
    }

    @Test func `is a request that could be read in two ways`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let strange: [(String, Int)] = [
                (head("POST \(path)", "Content-Length: 4", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400),
                (head("POST \(path)", "Content-Length: 4", "Content-Length: 5") + "12345", 400),
                (head("POST \(path)", "Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 501),
                (head("POST \(path)", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n", 501),
                (head("GET \(path)", "Host: other.example"), 400), ("GET \(path) HTTP/1.1\r\n\r\n", 400),
                (head("TRACE \(path)"), 405), (head("GET \(path)", "X Y: 1"), 400),
            ]
            for (text, status) in strange {
                let client = try await RawConnection.connect(port: gateway.port)
                try await client.send(text)
                let answer = try await client.read(until: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 \(status) ") || answer.hasPrefix("HTTP/1.1 400 "), "\(text) \(answer)")
                client.close()
            }
            #expect(server.acceptedCount == 0)
        }
        try await server.close()
    }

    @Test func `is a body over the row's limit, said or found`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], bodyBytesMax: 10) { gateway in
            let said = try await gateway.request("POST", path, bytes: [UInt8](repeating: 1, count: 11))
            #expect(said.status == 413)
            #expect(said.code == "body-too-large")
            #expect(server.acceptedCount == 0)
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("POST \(path)", "Transfer-Encoding: chunked") + "a\r\n0123456789\r\n")
            let service = try await server.next()
            _ = try await service.read(until: "0123456789\r\n")
            try await client.send("1\r\nx\r\n")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
            #expect(try await service.readToEnd() == [], "no end of the body")
            client.close()
        }
        try await server.close()
    }

    @Test func `is what an address asks too often`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.addressPolicy = BucketPolicy("address", rate: 0.001, burst: 1) }) { gateway in
            #expect(try await gateway.request("GET", "/nowhere").status == 404)
            let refused = try await gateway.request("GET", path)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] != nil)
            #expect(server.acceptedCount == 0)
        }
        try await server.close()
    }

    @Test func `is an answer that is longer than may be`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.answerBytesMax = 4 }) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("GET \(path)"))
            var service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            try await service.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n")
            _ = try await client.read(until: "1234\r\n")
            try await service.send("1\r\n5\r\n0\r\n\r\n")
            #expect(try await client.readToEnd() == [], "no end of the body")
            async let answer = gateway.request("GET", path)
            service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            try await service.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
            #expect(try await answer.status == 502)
        }
        try await server.close()
    }

    @Test func `is an answer that comes too late`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.answerMax = .milliseconds(100) }) { gateway in
            let late = try await gateway.request("GET", path)
            #expect(late.status == 504)
            #expect(late.code == "answer-too-late")
            let service = try await server.next()
            try await eventually("the service hears it") { service.isEnded }
        }
        try await server.close()
    }

    @Test func `is an exchange in which nothing moves`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.idleMax = .milliseconds(100) }) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(head("POST \(path)", "Content-Length: 10") + "12345")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 504 "))
            let service = try await server.next()
            try await eventually("the service hears it") { service.isEnded }
            client.close()
        }
        try await server.close()
    }

    @Test func `is answered 503 when nobody is there, and goes to the next replica when one is gone`() async throws {
        let gone = try await RawServer.listen()
        let there = try await RawServer.listen()
        try await gone.close()
        try await withPassThrough(to: [gone.port]) { gateway in
            let answer = try await gateway.request("GET", path)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "2")
        }
        try await withPassThrough(to: [gone.port, there.port]) { gateway in
            for _ in 0..<4 {
                async let answer = gateway.request("GET", path)
                let service = try await there.next()
                _ = try await service.read(until: "\r\n\r\n")
                try await service.send("HTTP/1.1 204 No Content\r\n\r\n")
                #expect(try await answer.status == 204)
            }
        }
        try await there.close()
    }

    @Test func `is one request too many at once`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.requestsMax = 1 }) { gateway in
            async let first = gateway.request("GET", path)
            let service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            let second = try await gateway.request("GET", path)
            #expect(second.status == 503)
            #expect(second.code == "overloaded")
            try await service.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            #expect(try await first.status == 200)
        }
        try await server.close()
    }
}

@Suite struct `A row of what is passed on` {
    @Test(arguments: [
        "/api/webhooks/sms=http://127.0.0.1:9101", "/api/webhooks/twilio/sms=http://a:1|http://b.c-d:65535;body=0",
        "/ws/voice=http://[::1]:80",
    ])
    func `is read`(text: String) { #expect(PassThroughRow(text) != nil) }

    @Test(arguments: [
        "", "/api/webhooks/sms", "/api/webhooks/sms=", "/api/webhooks/=http://a:1", "/api/v1=http://a:1", "/=http://a:1", "/ws=http://a:1",
        "/ws/=http://a:1", "/ws/x/=http://a:1", "/ws/../api=http://a:1", "/ws/%2e=http://a:1", "/ws/x=https://a:1", "/ws/x=http://a",
        "/ws/x=http://a:0", "/ws/x=http://a:65536", "/ws/x=http://:1", "/ws/x=http://a:1/path", "/ws/x=http://u@a:1", "/ws/x=http://a:1|",
        "/ws/x=http://a:1;body=x", "/ws/x=http://a:1;body=-1", "/ws/x=http://a:1;body=31457281", "/ws/x=http://a:1;other=1",
        "api/webhooks/x=http://a:1",
    ])
    func `is refused if it is none`(text: String) { #expect(PassThroughRow(text) == nil) }

    @Test func `comes from the settings, each prefix once`() throws {
        func rows(_ text: String) throws -> [String] {
            try GatewayConfiguration(Settings(arguments: ["x"], environment: ["GATEWAY_PASS_THROUGH": text]), replica: 1).passThrough.map(
                \.prefix)
        }
        #expect(try rows("") == [])
        #expect(try rows("/ws/voice=http://a:1, /api/webhooks/sms=http://b:1|http://c:1") == ["/ws/voice", "/api/webhooks/sms"])
        #expect(throws: SettingError.self) { try rows("/ws/voice=http://a:1,/ws/voice=http://b:1") }
        #expect(throws: SettingError.self) { try rows("/inbox=http://a:1") }
    }
}
