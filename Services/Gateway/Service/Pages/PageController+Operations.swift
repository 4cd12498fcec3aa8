import Contracts

extension PageController {
    static let operations: [Operation] = [
        Operation(
            "getOpenAPI", "About", "This document",
            answers: [.init(200, "OpenAPI 3.1.", [String: JSONValue].self), .init(304, "You have it already.")])
    ]
}
