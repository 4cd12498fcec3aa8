import Contracts

/// The tenant routes otherwise from now on.
package struct RulesChange: Sendable {
    package let rules: RoutingRules
    /// The settings are others and not only the sectors.
    package let isOfSettings: Bool
    /// What waits for somebody in particular has other times from now on.
    package let looksAgainAtWaiting: Bool
    /// Agents who are offline have this time from now on.
    package let newOfflineGrace: Grace?

    package enum Grace: Sendable, Equatable {
        case seconds(Int)
        /// They keep what they hold.
        case none
    }

    /// - Returns: nil if nothing was heard.
    init?(from before: RoutingRules, to rules: RoutingRules) {
        guard rules.rulesVersion != before.rulesVersion else { return nil }
        let (old, new) = (before.settings, rules.settings)
        self.rules = rules
        isOfSettings = rules.policyVersion != before.policyVersion
        looksAgainAtWaiting =
            old.relaxation != new.relaxation || old.preferredWaitSeconds != new.preferredWaitSeconds
            || old.priorityFallbackSeconds != new.priorityFallbackSeconds
        newOfflineGrace =
            old.offlineGraceSeconds == new.offlineGraceSeconds ? nil : new.offlineGraceSeconds.map(Grace.seconds) ?? Grace.none
    }
}
