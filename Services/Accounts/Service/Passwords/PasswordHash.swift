import Contracts
import Crypto
import CryptoExtras
import Foundation

/// A password's hash with everything needed to check it, as text: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>` (base 64 without padding).
/// The first word names the algorithm, so that others can stand beside it.
package struct PasswordHash: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package struct Parameters: Sendable, Equatable {
        /// N = 2^costLog2. Memory: 128 · N · blockSize bytes.
        package var costLog2: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(costLog2: Int, blockSize: Int, parallelism: Int) {
            self.costLog2 = costLog2
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 32 MiB, about a tenth of a second. Source: OWASP Password Storage Cheat Sheet, which takes N=2^15, r=8, p=3 or stronger
        /// memory as equal choices; p=1 keeps sign-in quick on the two cores we assume.
        package static let standard = Parameters(costLog2: 15, blockSize: 8, parallelism: 1)

        /// What we are willing to compute for a hash that stands in the database: at most 128 MiB.
        var isAcceptable: Bool {
            (1...17).contains(costLog2) && (1...8).contains(blockSize) && (1...4).contains(parallelism)
        }
    }

    private static let saltLength = 16
    private static let hashLength = 32

    package let parameters: Parameters
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// - Returns: nil for another algorithm or a damaged text.
    package init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let salt = Self.decode(parts[3]), let hash = Self.decode(parts[4]),
            !salt.isEmpty, hash.count == Self.hashLength
        else { return nil }
        var numbers: [Substring: Int] = [:]
        for pair in parts[2].split(separator: ",") {
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let number = Int(sides[1]) else { return nil }
            numbers[sides[0]] = number
        }
        guard let costLog2 = numbers["ln"], let blockSize = numbers["r"], let parallelism = numbers["p"] else { return nil }
        parameters = Parameters(costLog2: costLog2, blockSize: blockSize, parallelism: parallelism)
        guard parameters.isAcceptable else { return nil }
        self.salt = salt
        self.hash = hash
    }

    /// Slow on purpose: see ``PasswordHasher``.
    package init(_ password: [UInt8], parameters: Parameters) throws {
        self.parameters = parameters
        salt = SymmetricKey(size: SymmetricKeySize(bitCount: Self.saltLength * 8)).withUnsafeBytes { Array($0) }
        hash = try Self.derive(password, salt: salt, parameters)
    }

    /// Slow on purpose: see ``PasswordHasher``.
    package func matches(_ password: [UInt8]) throws -> Bool {
        let derived = try Self.derive(password, salt: salt, parameters)
        return SecretToken.isEqual(derived, hash)
    }

    package var text: String {
        "$scrypt$ln=\(parameters.costLog2),r=\(parameters.blockSize),p=\(parameters.parallelism)$\(Self.encode(salt))$\(Self.encode(hash))"
    }

    package var description: String { "PasswordHash(\(parameters))" }
    package var customMirror: Mirror { Mirror(self, children: ["parameters": parameters]) }

    /// swift-crypto takes the address of the first byte, which an empty password has not: nobody has one, so it matches nothing.
    private static func derive(_ password: [UInt8], salt: [UInt8], _ parameters: Parameters) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: password.isEmpty ? [0] : password, salt: salt, outputByteCount: hashLength, rounds: 1 << parameters.costLog2,
            blockSize: parameters.blockSize, parallelism: parameters.parallelism)
        let derived = key.withUnsafeBytes { Array($0) }
        return password.isEmpty ? derived.map { ~$0 } : derived
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)).map(Array.init)
    }
}
