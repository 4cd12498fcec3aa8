import HTTPTypes

/// Finds a route by its path. Literal segments win over parameters.
struct RouteTree: Sendable {
    struct Match {
        /// By method.
        let routes: [HTTPRequest.Method: Route]
        /// Percent-encoded, in the order of the path.
        let parameters: [String: Substring]
    }

    private final class Node: Sendable {
        let literals: [Substring: Node]
        let parameter: (name: String, node: Node)?
        let routes: [HTTPRequest.Method: Route]

        init(_ routes: [(segments: ArraySlice<Substring>, route: Route)]) {
            let here = routes.filter { $0.segments.isEmpty }.map(\.route)
            self.routes = Dictionary(here.map { ($0.method, $0) }) { first, _ in
                preconditionFailure("two routes \(first.method) \(first.path)")
            }
            let deeper = Dictionary(grouping: routes.filter { !$0.segments.isEmpty }) { $0.segments.first ?? "" }
            var literals: [Substring: Node] = [:]
            var parameter: (String, Node)?
            for (segment, routes) in deeper {
                let node = Node(routes.map { ($0.segments.dropFirst(), $0.route) })
                if segment.hasPrefix("{") {
                    precondition(parameter == nil, "two parameter names at the same place: \(segment)")
                    parameter = (String(segment.dropFirst().dropLast()), node)
                } else {
                    literals[segment] = node
                }
            }
            self.literals = literals
            self.parameter = parameter
        }
    }

    private let root: Node

    /// - Precondition: no two routes have the same method and path.
    init(_ routes: [Route]) {
        root = Node(routes.map { (Self.segments($0.path)[...], $0) })
    }

    func match(_ path: String) -> Match? {
        var parameters: [String: Substring] = [:]
        guard let node = find(Self.segments(path)[...], in: root, &parameters) else { return nil }
        return Match(routes: node.routes, parameters: parameters)
    }

    private func find(_ segments: ArraySlice<Substring>, in node: Node, _ parameters: inout [String: Substring]) -> Node? {
        guard let segment = segments.first else { return node.routes.isEmpty ? nil : node }
        if let literal = node.literals[segment], let found = find(segments.dropFirst(), in: literal, &parameters) { return found }
        guard !segment.isEmpty, let (name, child) = node.parameter,
            let found = find(segments.dropFirst(), in: child, &parameters)
        else { return nil }
        parameters[name] = segment
        return found
    }

    private static func segments(_ path: String) -> [Substring] {
        path == "/" ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
