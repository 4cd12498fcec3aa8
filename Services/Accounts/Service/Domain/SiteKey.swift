/// The public name of a site, as it stands in the page's script element.
package enum SiteKey {
    package static let prefix = "site_"
    /// Characters; one of ours has 27.
    package static let lengthMax = 64

    /// 128 bits: it is no secret, but nobody should find a company by trying.
    package static func random() -> String {
        prefix + String(SecretToken.random().text.prefix(22))
    }

    /// False for what cannot be one, so that no such text reaches the database.
    package static func isPlausible(_ text: String) -> Bool {
        (1...lengthMax).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}
