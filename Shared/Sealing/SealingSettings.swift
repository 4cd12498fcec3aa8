import Foundation
import Contracts
import ServiceKit

/// Where a service has its key ring from.
package enum SealingSettings {
    package static let fileKey = SettingKey(
        "sealing.keys.file", "The file with the keys of sealed secrets, made by `switchboard keys sealing`. Read at the start.",
        secretFile: SuiteSecret.sealingKeys.file)
    package static let keysKey = SettingKey(
        "sealing.keys", "Instead of the file: id:base64 for each key, separated by commas, the one that seals first.", isSecret: true)
    package static let keys = [fileKey, keysKey]

    /// - Throws: ``SettingError`` if neither is there, both are, or what is there cannot be used.
    package static func read(_ settings: Settings) throws(SettingError) -> KeyRing {
        let keys = settings.optionalText(keysKey)
        let file = keys == nil || settings.isGiven(fileKey) ? settings.optionalText(fileKey) : nil
        switch (file, keys) {
        case (nil, nil): throw .missing(fileKey)
        case (.some, .some): throw .invalid(fileKey, "and \(keysKey.variable) are both given; one of them")
        case (let file?, nil):
            guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: KeyRing.textBytesMax + 1) else {
                throw .invalid(fileKey, "names a file that cannot be read or is empty")
            }
            do throws(KeyRingError) { return try KeyRing(text: String(decoding: data, as: UTF8.self)) } catch {
                throw .invalid(fileKey, "names a file that \(error)")
            }
        case (nil, let text?):
            do throws(KeyRingError) { return try KeyRing(text: text) } catch { throw .invalid(keysKey, "\(error)") }
        }
    }
}
