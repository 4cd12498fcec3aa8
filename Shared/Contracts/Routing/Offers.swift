/// What an agent is asked to take, earliest end first.
package struct Offers: Codable, Sendable, Equatable {
    package let items: [Offer]

    package init(items: [Offer]) {
        self.items = items
    }
}
