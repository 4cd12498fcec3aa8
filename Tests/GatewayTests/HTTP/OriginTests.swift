import Contracts
import Foundation
import GatewayService
import TestSupport
import Testing

@Suite struct `Origins of their own` {
    private static let staff = "https://desk.example"
    private static let widget = "https://chat.example:8443"

    private static func apart(_ configuration: inout GatewayConfiguration) {
        configuration.origins = PublicOrigins(staff: staff, widget: widget)
    }

    private static func status(_ gateway: TestGateway, _ method: String, _ path: String, at host: String) async throws -> Int {
        try await gateway.request(method, path, body: method == "GET" ? nil : [:], headers: ["Host": host]).status
    }

    @Test func `keep the people's pages, cookie and interface from the widget's, and the other way round`() async throws {
        try await withGateway(Self.apart) { (gateway) async throws in
            var (staff, widget) = (0, 0)
            for route in gateway.service.routes {
                let path = `The route table`.path(route)
                let atDesk = try await Self.status(gateway, route.method.rawValue, path, at: "desk.example")
                let atChat = try await Self.status(gateway, route.method.rawValue, path, at: "Chat.example:8443")
                let elsewhere = try await Self.status(gateway, route.method.rawValue, path, at: "127.0.0.1")
                switch route.side {
                case .staff:
                    staff += 1
                    #expect(atDesk != 421 && atChat == 421 && elsewhere == 421, "\(route.method) \(path)")
                case .widget:
                    widget += 1
                    #expect(atDesk == 421 && atChat != 421 && elsewhere == 421, "\(route.method) \(path)")
                case .any: #expect(atDesk != 421 && atChat != 421 && elsewhere != 421, "\(route.method) \(path)")
                }
                if case .roles(let roles) = route.access, !roles.contains(.customer) { #expect(route.side == .staff) }
                if path.hasPrefix("/api/auth/") { #expect(route.side == .staff, "the cookie stands there") }
                if path.hasPrefix("/widget") && path.hasSuffix("frame") { #expect(route.side == .widget) }
            }
            #expect(staff > 50 && widget > 3, "without both this test proves nothing")
        }
    }

    @Test func `are named to whoever comes to the wrong one, and in links`() async throws {
        try await withGateway(Self.apart) { (gateway) async throws in
            let refused = try await gateway.request("GET", "/api/auth/me", as: .agent, headers: ["Host": "chat.example:8443"])
            #expect(refused.code == "wrong-origin" && refused.json["origin"]?.string == Self.staff)
            let named = try await gateway.request("GET", "/widget/origin.json", headers: ["Host": "desk.example"])
            #expect(named.json["origin"]?.string == Self.widget)
            gateway.accounts.answer(ResetPassword.self) { _ in
                OneTimeLink(
                    user: UserAccount(
                        id: .new(), email: "a@b.example", name: "A", role: .agent, disabled: false, createdAt: Examples.noon),
                    purpose: .reset, token: "once", expiresAt: Examples.noon)
            }
            let link = try await gateway.request(
                "POST", "/api/users/\(UserID.new())/reset", as: .administrator, headers: ["Host": "desk.example"])
            #expect(link.json["url"]?.string == "\(Self.staff)/reset#once")
        }
    }

    private static func realtime(_ gateway: TestGateway, at host: String, from origin: String?) async throws -> Int {
        do {
            let socket = try await WebSocketClient.connect(
                port: gateway.port, authority: host, path: "/api/v1/realtime", token: try await gateway.tokens.token(.agent),
                fields: origin.map { ["Origin: \($0)"] } ?? [])
            await socket.drop()
            return 101
        } catch let refused as WebSocketClient.Refused {
            return refused.status
        }
    }

    @Test(arguments: [
        ("desk.example", "https://desk.example", 101), ("desk.example", nil, 101), ("desk.example", "https://chat.example:8443", 403),
        ("desk.example", "https://evil.example", 403), ("desk.example", "http://desk.example", 403), ("desk.example", "null", 403),
        ("chat.example:8443", "https://desk.example", 421), ("chat.example:8443", nil, 421),
    ])
    func `hold the company's socket to the people's pages, and programs to none`(host: String, origin: String?, status: Int) async throws {
        try await withGateway(Self.apart) { (gateway) async throws in
            gateway.answerSockets()
            #expect(try await Self.realtime(gateway, at: host, from: origin) == status)
        }
    }

    @Test func `are one without a setting`() async throws {
        try await withGateway { (gateway) async throws in
            for route in gateway.service.routes {
                #expect(try await Self.status(gateway, route.method.rawValue, `The route table`.path(route), at: "any.example") != 421)
            }
            #expect(try await gateway.request("GET", "/widget/origin.json").json["origin"] == .null)
            gateway.answerSockets()
            #expect(try await Self.realtime(gateway, at: "any.example", from: "https://other.example") == 101)
        }
    }

    @Test(arguments: [
        ("https://desk.example", "desk.example"), ("http://127.0.0.1:8080", "127.0.0.1:8080"), ("https://Desk.example", nil),
        ("https://desk.example/", nil), ("desk.example", nil), ("https://", nil), ("https://me@desk.example", nil),
    ])
    func `are an address without a path`(text: String, authority: String?) {
        #expect(PublicOrigins.authority(text).map(String.init) == authority)
    }
}
