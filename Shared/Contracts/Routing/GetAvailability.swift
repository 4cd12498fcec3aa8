/// Whether anybody could answer a visitor now.
package struct GetAvailability: BusRequest, AskedForTenant, Equatable {
    package typealias Reply = Availability
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-availability"
    package static let service = ServiceName.router
    package let clientID: TenantID

    package init(clientID: TenantID) {
        self.clientID = clientID
    }

    private enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
    }
}
