import Bus
import Contracts
import Foundation
import Synchronization

/// Sites by their public key, believed for 30 s: the widget's frame is asked for on every page a visitor opens.
final class SiteCache: Sendable {
    static let rememberedFor = Duration.seconds(30)
    /// Keys are public and can be made up: unknown ones are remembered too, within the same bound.
    static let rememberedMax = 10_000
    static let keyBytesMax = 128

    private struct Remembered {
        let site: FoundSite?
        let until: ContinuousClock.Instant
    }

    private let remembered = Mutex<[String: Remembered]>([:])

    /// - Returns: nil if there is no such site.
    func site(_ key: String, _ call: GatewayCall) async throws -> FoundSite? {
        guard !key.isEmpty, key.utf8.count <= Self.keyBytesMax else { return nil }
        let now = ContinuousClock.now
        if let known = remembered.withLock({ $0[key] }), known.until > now { return known.site }
        let site: FoundSite?
        do {
            site = try await call.ask(GetSiteByKey(siteKey: key))
        } catch AccountsError.siteNotFound {
            site = nil
        }
        remembered.withLock { remembered in
            if remembered.count >= Self.rememberedMax {
                remembered = remembered.filter { $0.value.until > now }
                if remembered.count >= Self.rememberedMax { remembered = [:] }
            }
            remembered[key] = Remembered(site: site, until: now + Self.rememberedFor)
        }
        return site
    }
}
