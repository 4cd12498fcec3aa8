import Contracts

/// The company that a first start makes, so that there is something to sign in to.
struct DemoCompany: Sendable {
    static let slug = "demo"

    struct Person: Sendable {
        let email: String
        let name: String
        let role: Role
    }

    static let users = [
        Person(email: "carla@demo.example", name: "Carla", role: .administrator),
        Person(email: "ana@demo.example", name: "Ana", role: .agent),
        Person(email: "bruno@demo.example", name: "Bruno", role: .agent),
    ]

    let clientID: TenantID
    /// Public; the demo page's script names it.
    let siteKey: String
    let signIns: [SuiteReport.SignIn]
}
