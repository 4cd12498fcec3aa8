import Bus
import Contracts
import Foundation

/// A folder with the services' CURVE keys: `<service>.secret`, each for its own service's eyes, and `public-keys.json` for all.
package struct KeyFolder: Sendable {
    package enum Outcome: String, Sendable, Encodable {
        /// A key pair for a service that had none.
        case made
        /// It has one; nothing was touched.
        case kept
        /// Its public key is listed, its secret is somewhere else; nothing was touched.
        case elsewhere
        /// A new key pair; the public keys from before stay valid.
        case rotated
        /// Only the public key of the present secret is valid from now on.
        case retired
    }

    package let path: String
    private let isPrivate: Bool

    /// - Parameter isPrivate: whether it is for one user of this machine alone, who runs all services. Then not even the public keys are
    ///   shown: who does not know them cannot begin a handshake.
    package init(_ path: String, isPrivate: Bool = false) {
        self.path = URL(filePath: path).standardizedFileURL.path
        self.isPrivate = isPrivate
    }

    package var publicKeysFile: String { path + "/public-keys.json" }
    package func secretFile(of service: ServiceName) -> String { "\(path)/\(service).secret" }

    /// Makes the folder and what is missing in it. Nothing that is there is overwritten, except a secret that is rotated.
    /// - Parameters:
    ///   - services: who shall have keys.
    ///   - rotating: who gets a new secret beside what is valid.
    ///   - retiring: whose keys from before the last rotation end.
    /// - Throws: ``OperatorError`` if what is there does not fit together; then nothing is changed.
    package func prepare(
        _ services: [ServiceName], rotating: Set<ServiceName> = [], retiring: Set<ServiceName> = []
    ) throws -> [ServiceName: Outcome] {
        if let both = rotating.intersection(retiring).first {
            throw OperatorError("\(both) is to be rotated and retired; one after the other.")
        }
        let listed = try self.listed()
        var keys = listed
        var secrets: [ServiceName: CurveKeyPair] = [:]
        var outcomes: [ServiceName: Outcome] = [:]
        for service in Set(services).union(rotating).union(retiring) {
            let own = try ownKeys(of: service)
            if let own, !(listed[service] ?? []).contains(own.publicKey) {
                throw OperatorError("\(secretFile(of: service)) holds a key that \(publicKeysFile) does not list. Move one of them away.")
            }
            if rotating.contains(service) {
                guard listed[service]?.isEmpty == false else { throw OperatorError("\(service) has no key yet that could be rotated.") }
                let pair = try CurveKeyPair.generate()
                keys[service]?.append(pair.publicKey)
                secrets[service] = pair
                outcomes[service] = .rotated
            } else if retiring.contains(service) {
                guard let own else {
                    throw OperatorError("\(secretFile(of: service)) is not there, so which key stays valid is not known.")
                }
                keys[service] = [own.publicKey]
                outcomes[service] = .retired
            } else if own != nil {
                outcomes[service] = .kept
            } else if listed[service]?.isEmpty == false {
                outcomes[service] = .elsewhere
            } else {
                let pair = try CurveKeyPair.generate()
                keys[service] = [pair.publicKey]
                secrets[service] = pair
                outcomes[service] = .made
            }
        }
        do { _ = try CurvePublicKeys(keys) } catch { throw OperatorError("\(publicKeysFile) \(error). Retire old keys first (--retire).") }
        // One that is there keeps its mode: `switchboard keys` may change keys in a private folder without opening it.
        if isPrivate || !FileManager.default.fileExists(atPath: path) { try PrivateFile.makeFolder(path, mode: isPrivate ? 0o700 : 0o755) }
        // The public half first: a secret that nobody knows would lock its service out.
        if keys != listed {
            let texts = Dictionary(uniqueKeysWithValues: keys.map { ($0.key.rawValue, $0.value.map(\.text)) })
            try PrivateFile.replace(publicKeysFile, with: try JSON.encode(texts) + Array("\n".utf8), mode: 0o644)
        }
        for (service, pair) in secrets {
            try PrivateFile.replace(secretFile(of: service), with: Array((pair.secretKey.text + "\n").utf8), mode: 0o600)
        }
        return outcomes
    }

    private func listed() throws -> [ServiceName: [CurveKey]] {
        guard let bytes = try PrivateFile.read(publicKeysFile) else { return [:] }
        do throws(CurveTrouble) { return try CurvePublicKeys(Data(bytes)).keys } catch {
            throw OperatorError("\(publicKeysFile) \(error).")
        }
    }

    private func ownKeys(of service: ServiceName) throws -> CurveKeyPair? {
        guard FileManager.default.fileExists(atPath: secretFile(of: service)) else { return nil }
        do throws(CurveTrouble) { return try CurveSecurity.ownKeys(file: secretFile(of: service)) } catch {
            throw OperatorError("\(secretFile(of: service)) \(error).")
        }
    }
}
