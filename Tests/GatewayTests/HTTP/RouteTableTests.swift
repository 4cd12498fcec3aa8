import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `The route table` {
    private static let roles: [Role] = [.administrator, .supervisor, .agent, .viewer, .service, .customer]

    @Test func `is what the edge enforces, for every route and every role`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(VerifyAPIKey.self) { question in
                #expect(question.key == "sk_test")
                return VerifiedKey(
                    principal: Principal(clientID: TestTokens.tenant, subject: TestTokens.subject(.service), role: .service, name: "key"))
            }
            var refused = 0
            for route in gateway.service.routes {
                let path = Self.path(route)
                guard case .roles(let roles) = route.access else { continue }
                let anonymous = try await gateway.request(route.method.rawValue, path, body: route.hasBody ? [:] : nil)
                #expect(anonymous.status == 401, "\(route.method) \(path)")
                #expect(anonymous.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
                for role in Self.roles {
                    let token = role == .service ? "sk_test" : try await gateway.tokens.token(role)
                    let answer = try await gateway.request(route.method.rawValue, path, token: token, body: route.hasBody ? [:] : nil)
                    if roles.contains(role) {
                        #expect(answer.status != 401 && answer.status != 403, "\(role) at \(route.method) \(path): \(answer.status)")
                    } else {
                        #expect(answer.status == 403, "\(role) at \(route.method) \(path): \(answer.status)")
                        refused += 1
                    }
                }
            }
            #expect(refused > 100, "without refusals this test proves nothing")
        }
    }

    @Test func `is what the OpenAPI document says`() async throws {
        try await withGateway { (gateway) async throws in
            let answer = try await gateway.request("GET", "/openapi.json")
            #expect(answer.status == 200)
            guard case .object(let paths)? = answer.json["paths"] else {
                Issue.record("no paths")
                return
            }
            var documented: [String: Set<String>] = [:]
            for (path, item) in paths {
                guard case .object(let operations) = item else { continue }
                for (method, operation) in operations {
                    guard case .array(let roles)? = operation["x-roles"], let id = operation["operationId"]?.string else {
                        Issue.record("\(method) \(path) names no roles or no id")
                        continue
                    }
                    documented["\(method.uppercased()) \(path) \(id) \(operation["x-scope"]?.string ?? "")"] = Set(
                        roles.compactMap(\.string))
                }
            }
            var served: [String: Set<String>] = [:]
            for route in gateway.service.routes {
                guard let id = route.operation else { continue }
                let roles: Set<String> = if case .roles(let roles) = route.access { Set(roles.map(\.rawValue)) } else { [] }
                let scope = roles.contains("service") ? route.scope.rawValue : ""
                served["\(route.method.rawValue) \(route.path) \(id) \(scope)"] = roles
            }
            #expect(served.count > 50)
            #expect(served == documented)
        }
    }

    @Test func `says which methods an address takes`() async throws {
        try await withGateway { (gateway) async throws in
            let wrong = try await gateway.request("PUT", "/api/v1/chat/sessions")
            #expect(wrong.status == 405)
            #expect(wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST")
            let asked = try await gateway.request("OPTIONS", "/api/v1/chat/sessions")
            #expect(asked.status == 204)
            #expect(asked.headers["allow"] == "GET, HEAD, OPTIONS, POST")
            let head = try await gateway.request("HEAD", "/openapi.json")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(try await gateway.request("GET", "/nowhere").status == 404)
        }
    }

    @Test func `answers 404 for an id that is no UUID, and names a parameter that cannot be taken`() async throws {
        try await withGateway { (gateway) async throws in
            #expect(try await gateway.request("GET", "/api/v1/chat/sessions/42", as: .agent).status == 404)
            for (query, field) in [
                ("limit=201", "limit"), ("limit=x", "limit"), ("view=none", "view"), ("status=open", "status"), ("sort=up", "sort"),
                ("customer=7", "customer"), ("channel=pigeon", "channel"),
            ] {
                let answer = try await gateway.request("GET", "/api/v1/chat/sessions?\(query)", as: .agent)
                #expect(answer.status == 400)
                #expect(answer.fields == [field])
            }
        }
    }

    static func path(_ route: Route) -> String {
        route.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? Examples.sessionID.description : String($0) }.joined(separator: "/")
    }
}
