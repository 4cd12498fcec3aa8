import ServiceKit

/// What an installation allows beyond the providers' public hosts: its own systems, a gateway on its premises, a test's double.
package struct OutboundSettings: Sendable {
    package let allowedHosts: [HostRule]
    package let privateNetworks: [AddressRange]
    /// A PEM file with certificate authorities that are trusted beside the system's.
    package let trustRootsFile: String?

    /// Hosts that one list names. Each request compares with all of them.
    package static let allowedHostsMax = 256
    package static let privateNetworksMax = 64

    /// Nothing beyond the public hosts that a policy names.
    package static let none = OutboundSettings()

    private init() {
        allowedHosts = []
        privateNetworks = []
        trustRootsFile = nil
    }

    package static let allowedHostsKey = SettingKey(
        "outbound.allowed.hosts",
        "Hosts of this installation's own that may be asked beside the providers': names, .suffixes or addresses, each with :port if it is not 443 and with http:// in front to allow that. Separated by commas."
    )
    package static let privateNetworksKey = SettingKey(
        "outbound.private.networks",
        "Private networks in which those hosts may lie, like 10.1.0.0/16. Separated by commas. Without it, only public addresses are connected to."
    )
    package static let trustRootsFileKey = SettingKey(
        "outbound.trust.roots.file", "A PEM file with certificate authorities that are trusted beside the system's.")
    package static let keys = [allowedHostsKey, privateNetworksKey, trustRootsFileKey]

    package init(_ settings: Settings) throws(SettingError) {
        let hosts = settings.list(Self.allowedHostsKey)
        guard hosts.count <= Self.allowedHostsMax else {
            throw .invalid(Self.allowedHostsKey, "has more than \(Self.allowedHostsMax) entries")
        }
        var rules: [HostRule] = []
        for (index, text) in hosts.enumerated() {
            do throws(Prohibition) { rules.append(try HostRule(text).ofInstallation()) } catch {
                throw .invalid(Self.allowedHostsKey, "entry \(index + 1): \(error)")
            }
        }
        let networks = settings.list(Self.privateNetworksKey)
        guard networks.count <= Self.privateNetworksMax else {
            throw .invalid(Self.privateNetworksKey, "has more than \(Self.privateNetworksMax) entries")
        }
        var ranges: [AddressRange] = []
        for (index, text) in networks.enumerated() {
            do throws(AddressRangeError) { ranges.append(try AddressRange(text)) } catch {
                throw .invalid(Self.privateNetworksKey, "entry \(index + 1) \(error)")
            }
        }
        allowedHosts = rules
        privateNetworks = ranges
        trustRootsFile = settings.optionalText(Self.trustRootsFileKey)
    }
}
