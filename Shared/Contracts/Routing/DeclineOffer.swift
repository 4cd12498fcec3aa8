/// The asker does not take what it was offered: others are asked. Declining again changes nothing.
package struct DeclineOffer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.decline-offer"
    package static let service = ServiceName.router
    package static let access = Access.agents
    package let principal: Principal
    package let id: EntityID
    /// Why, for supervisors.
    package let note: String?

    package init(principal: Principal, id: EntityID, note: String? = nil) {
        self.principal = principal
        self.id = id
        self.note = note
    }
}
