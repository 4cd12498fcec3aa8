import Contracts
import Foundation

/// What a process needs so that every connection is encrypted and both ends are known.
package struct CurveSecurity: Sendable {
    package let own: CurveKeyPair
    /// As they were read at the start.
    package let publicKeys: CurvePublicKeys
    /// Where they are read again when that file changes; nil: they stay.
    package let publicKeysFile: String?

    package init(own: CurveKeyPair, publicKeys: CurvePublicKeys, publicKeysFile: String? = nil) {
        self.own = own
        self.publicKeys = publicKeys
        self.publicKeysFile = publicKeysFile
    }

    /// The key pair whose secret half is the one line of the file at `path`. Nobody else may read it: mode 0600 or 0400; a file of
    /// root's may be readable by its group, as Kubernetes mounts secrets for a process that is not root.
    package static func ownKeys(file path: String) throws(CurveTrouble) -> CurveKeyPair {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw CurveTrouble("names a file that cannot be reached: \(String(cString: strerror(errno)))")
        }
        let forbidden: mode_t = status.st_uid == 0 && geteuid() != 0 ? 0o037 : 0o077
        guard status.st_mode & forbidden == 0 else {
            throw CurveTrouble("names a file that others may read; its mode must be 0600 or 0400")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw CurveTrouble("names a file that cannot be read") }
        var text = String(decoding: data.prefix(CurveKey.textLength + 2), as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        guard let secret = CurveKey(text) else {
            throw CurveTrouble("names a file that is not one line with a secret key: \(CurveKey.textLength) characters of Z85")
        }
        do throws(ZeroMQError) {
            return try CurveKeyPair(secretKey: secret)
        } catch {
            throw CurveTrouble("cannot be used: \(error)")
        }
    }

    /// The public keys in the file at `path`. The process's own must be among its service's, or the others would turn it away.
    package static func publicKeys(
        file path: String, of service: ServiceName, own: CurveKeyPair
    ) throws(CurveTrouble) -> CurvePublicKeys {
        guard let data = FileManager.default.contents(atPath: path) else { throw CurveTrouble("names a file that cannot be read") }
        let keys: CurvePublicKeys
        do throws(CurveTrouble) { keys = try CurvePublicKeys(data) } catch { throw CurveTrouble("names a file that \(error)") }
        guard keys.service(of: own.publicKey) == service else {
            throw CurveTrouble("names a file that does not list this process's own public key for \(service)")
        }
        return keys
    }
}
