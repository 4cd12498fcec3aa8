import AccountsService
import Contracts

/// The company that a first start makes, so that there is something to sign in to. Its website is the gateway's `/demo`.
package struct DemoCompany: Sendable {
    package static let slug = "demo"
    static let name = "Nordlys Outdoor"

    package struct Person: Sendable {
        package let email: String
        let name: String
        let role: Role
    }

    package static let users = [
        Person(email: "carla@demo.example", name: "Carla", role: .administrator),
        Person(email: "ana@demo.example", name: "Ana", role: .agent),
        Person(email: "bruno@demo.example", name: "Bruno", role: .agent),
    ]

    package let clientID: TenantID
    /// Public; the demo page's script names it.
    package let siteKey: String
    package let signIns: [SuiteReport.SignIn]

    /// Makes what is missing, one thing after the other, so that an interrupted first start is completed by the next one.
    /// - Parameter origins: where the demo page is served now.
    package static func ensure(with accounts: AccountsAdministration, origins: [String], secrets: Secrets) async throws -> DemoCompany {
        var found = try await accounts.findTenant(slug: slug)
        if found == nil { found = try await accounts.createTenant(name: name, slug: slug) }
        guard let tenant = found else { throw OperatorError("The demo company could not be made.") }

        var signIns: [SuiteReport.SignIn] = []
        for user in users {
            let password = try secrets.demoPassword(of: user.email)
            if try await accounts.findUser(tenant: tenant.id, email: user.email) == nil {
                _ = try await accounts.createUser(
                    tenant: tenant.id, email: user.email, name: user.name, role: user.role, password: password)
            }
            signIns.append(SuiteReport.SignIn(email: user.email, password: password, role: user.role.rawValue))
        }

        let sites = try await accounts.sites(tenant: tenant.id)
        let site =
            if let first = sites.first {
                Set(origins).isSubset(of: first.allowedOrigins)
                    ? first : try await accounts.changeSite(tenant: tenant.id, id: first.id, allowedOrigins: origins)
            } else {
                try await accounts.createSite(tenant: tenant.id, name: name, allowedOrigins: origins)
            }
        return DemoCompany(clientID: tenant.id, siteKey: site.siteKey, signIns: signIns)
    }
}
