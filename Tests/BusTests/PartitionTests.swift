import Bus
import Contracts
import Foundation
import Testing

@Suite struct `A key's partition` {
    /// Computed with Python's hashlib: `int.from_bytes(sha256(uuid.bytes).digest()[:8], "big") % 16`.
    @Test(arguments: [
        ("00000000-0000-0000-0000-000000000000", 5),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", 9),
        ("0192f0c0-0000-7000-8000-00000000000a", 6),
        ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 3),
        ("0197b3c1-2d4e-7f00-a1b2-c3d4e5f60718", 15),
    ]) func `is the same for every build and every replica`(_ key: String, _ expected: Int) throws {
        #expect(partition(of: try #require(UUID(uuidString: key))) == expected)
    }

    @Test func `spreads evenly`() {
        var counts = Array(repeating: 0, count: Partitioning.partitionCount)
        for _ in 0..<16_000 { counts[partition(of: .version7())] += 1 }
        // Expected 1000 each with a standard deviation of 31: ten of them.
        #expect(counts.allSatisfy { (690...1310).contains($0) })
    }
}
