/// Where one use of the client may go. What is not named is forbidden.
package struct DestinationPolicy: Sendable {
    private let rules: [HostRule]
    private let admitsAnyPublic: Bool
    private let ports: Set<Int>
    private let privateNetworks: [AddressRange]

    private init(rules: [HostRule], admitsAnyPublic: Bool, ports: Set<Int>, privateNetworks: [AddressRange]) {
        self.rules = rules
        self.admitsAnyPublic = admitsAnyPublic
        self.ports = ports
        self.privateNetworks = privateNetworks
    }

    /// For providers whose hosts are known.
    /// - Parameter installation: adds the hosts that the installation itself names (`OUTBOUND_ALLOWED_HOSTS`), in its private networks too.
    package static func hosts(_ rules: [HostRule], ports: Set<Int> = [443], installation: OutboundSettings = .none) -> DestinationPolicy {
        DestinationPolicy(
            rules: installation.allowedHosts + rules, admitsAnyPublic: false, ports: ports, privateNetworks: installation.privateNetworks)
    }

    /// For addresses that a company enters: webhooks, pages, media. Any public address over https. Names without a dot are refused, since
    /// they mean something in the own network only.
    /// - Parameter installation: left out, a company cannot reach the installation's own systems, whatever the installation allows itself.
    package static func anyPublic(ports: Set<Int> = [443], installation: OutboundSettings = .none) -> DestinationPolicy {
        DestinationPolicy(
            rules: installation.allowedHosts, admitsAnyPublic: true, ports: ports, privateNetworks: installation.privateNetworks)
    }

    /// What may be looked up and connected to for one address.
    struct Admission: Sendable {
        let privateNetworks: [AddressRange]
        /// Whether the resolver may try the own network's domains.
        let searchesDomains: Bool

        /// - Throws: ``Prohibition/addressNotPublic(_:)``.
        func check(_ address: IPAddress) throws(Prohibition) {
            guard let special = SpecialAddress.of(address) else { return }
            // The metadata service hands out the machine's own credentials: no setting opens it.
            if special != .metadata, privateNetworks.contains(where: { $0.contains(address) }) { return }
            throw .addressNotPublic(special)
        }
    }

    /// - Throws: why this address may not be asked, before anything is looked up.
    func admit(_ url: OutboundURL) throws(Prohibition) -> Admission {
        let rule =
            rules.first { $0.matches(url.host) && ($0.port ?? url.port) == url.port && ($0.allowsPlainHTTP || !url.isPlainHTTP) }
            ?? rules.first { $0.matches(url.host) }
        let admission = Admission(privateNetworks: rule?.mayBePrivate == true ? privateNetworks : [], searchesDomains: rule != nil)
        if let rule {
            guard !url.isPlainHTTP || rule.allowsPlainHTTP else { throw .plainHTTP }
            guard rule.port.map({ $0 == url.port }) ?? (ports.contains(url.port) || url.isPlainHTTP && url.port == 80) else {
                throw .portNotAllowed(url.port)
            }
        } else {
            guard admitsAnyPublic else { throw .hostNotAllowed }
            guard !url.isPlainHTTP else { throw .plainHTTP }
            guard ports.contains(url.port) else { throw .portNotAllowed(url.port) }
            if case .name(let name) = url.host, !name.contains(".") {
                throw url.host.isThisMachine ? Prohibition.thisMachine : Prohibition.hostNotAllowed
            }
        }
        if url.host.isThisMachine, admission.privateNetworks.isEmpty { throw .thisMachine }
        if case .address(let address) = url.host { try admission.check(address) }
        return admission
    }
}
