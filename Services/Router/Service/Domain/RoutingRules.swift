import Contracts

/// How a tenant routes.
package struct RoutingRules: Sendable, Equatable {
    package var settings: RoutingSettings
    /// The number of these settings. See ``RoutingSettings``.
    package var policyVersion: Int
    /// Of the business rules heard last.
    package var rulesVersion: Int
    /// The company's sectors; nil: its rules were heard before the router kept them, so any may be one.
    package var sectors: [String]?

    package init(settings: RoutingSettings, policyVersion: Int, rulesVersion: Int, sectors: [String]?) {
        self.settings = settings
        self.policyVersion = policyVersion
        self.rulesVersion = rulesVersion
        self.sectors = sectors
    }

    /// Of a tenant whose rules were never heard.
    package static let standard = RoutingRules(settings: .standard, policyVersion: 0, rulesVersion: 0, sectors: [Sector.general])
}
