/// Its place, nil when it does not wait.
package struct QueueAnswer: Codable, Sendable, Equatable {
    package let place: Session.QueuePlace?

    package init(place: Session.QueuePlace? = nil) {
        self.place = place
    }

    private enum CodingKeys: String, CodingKey {
        case place
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(place, forKey: .place)
    }
}
