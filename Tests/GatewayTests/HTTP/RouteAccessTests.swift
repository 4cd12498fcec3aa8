import Contracts
import GatewayService
import Testing

/// Most routes are for whom their question is for, by the question's own declaration. These state their roles themselves.
@Suite struct `A route with roles of its own` {
    /// For some of those whom their question is for.
    private static let narrower: [String: any BusQuestion.Type] = [
        "changeCustomer": UpdateCustomer.self, "leaveContact": UpdateCustomer.self, "reportTyping": ReportTyping.self,
    ]
    /// Their visitors are refused by chat.
    private static let wider: [String: any BusQuestion.Type] = ["listRooms": ListRooms.self, "getRoom": GetRoom.self]

    @Test func `differs from its question as is known`() async throws {
        try await withGateway { (gateway) async throws in
            let routes = gateway.service.routes
            for (operation, question) in Self.narrower {
                let route = try #require(routes.first { $0.operation == operation })
                #expect(question.access.roles.isStrictSuperset(of: route.access.roles), "\(operation)")
            }
            for (operation, question) in Self.wider {
                let route = try #require(routes.first { $0.operation == operation })
                #expect(route.access.roles.subtracting(question.access.roles) == [.customer], "\(operation)")
            }
        }
    }
}

extension Access {
    fileprivate var roles: Set<Role> {
        switch self {
        case .anyone: []
        case .roles(let roles): roles
        }
    }
}
