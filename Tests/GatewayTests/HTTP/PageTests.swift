import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `Pages` {
    @Test func `are served with a strict policy, assets for ever, and nothing outside the directory`() async throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withGateway({
            $0.webDirectory = directory.path; $0.demoSite = "pk_demo"
        }) { (gateway) async throws in
            let page = try await gateway.request("GET", "/inbox/\(Examples.sessionID)")
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            let tag = try #require(page.headers["etag"])
            #expect(try await gateway.request("GET", "/inbox", headers: ["If-None-Match": tag]).status == 304)
            let asset = try await gateway.request("GET", "/assets/inbox-AB12.js")
            #expect(asset.headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(asset.headers["x-content-type-options"] == "nosniff")
            #expect(try await gateway.request("GET", "/assets/..%2Fmanifest.json").status == 404)
            #expect(try await gateway.request("GET", "/assets/%2e%2e/manifest.json").status == 404)
            #expect(try await gateway.request("GET", "/demo/site.json").json["site"]?.string == "pk_demo")
            #expect(try await gateway.request("GET", "/signin").status == 404)
        }
    }

    @Test func `of the widget may be framed by the site's own origins only`() async throws {
        let directory = try Self.directory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withGateway({ $0.webDirectory = directory.path }) { (gateway) async throws in
            gateway.accounts.answer(GetSiteByKey.self) { question in
                guard question.siteKey == "pk_1" else { throw AccountsError.siteNotFound }
                return FoundSite(
                    clientID: TestTokens.tenant,
                    site: Website(
                        id: .new(), siteKey: "pk_1", name: "Shop",
                        allowedOrigins: ["https://shop.example", "https://x.example; script-src *"],
                        theme: [:], greeting: "", identitySecretsSet: 0, createdAt: Examples.noon))
            }
            for _ in 0..<2 {
                let frame = try await gateway.request("GET", "/widget/frame?site=pk_1")
                #expect(frame.status == 200)
                #expect(frame.headers["content-security-policy"]?.hasSuffix("frame-ancestors 'self' https://shop.example") == true)
            }
            #expect(gateway.accounts.envelopes(GetSiteByKey.subject).count == 1)
            #expect(try await gateway.request("GET", "/widget/frame?site=pk_2").status == 404)
            #expect(try await gateway.request("GET", "/widget/frame").status == 404)
        }
    }

    private static func directory() throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory.appending(path: "assets"), withIntermediateDirectories: true)
        for (name, text) in [
            ("inbox.html", "<!doctype html>"), ("frame.html", "<!doctype html>"), ("assets/inbox-AB12.js", "1"),
            ("manifest.json", #"{"pages": {"inbox": "inbox.html", "frame": "frame.html"}, "assets": {}}"#),
        ] {
            try Data(text.utf8).write(to: directory.appending(path: name))
        }
        return directory
    }
}
