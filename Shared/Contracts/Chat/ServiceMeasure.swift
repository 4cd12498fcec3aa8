/// What a service target measures.
package enum ServiceMeasure: String, Codable, Sendable, CaseIterable {
    case firstResponse = "first_response"
    case resolution
}
