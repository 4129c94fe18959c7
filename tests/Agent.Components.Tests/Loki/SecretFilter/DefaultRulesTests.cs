using System.Text;
using Agent.Components.Loki.SecretFilter;

namespace Agent.Components.Tests.Loki.SecretFilter;

public sealed class DefaultRulesTests
{
    private static readonly SecretScanner Scanner = new(DefaultRules.Read());

    /// <summary>The two halves are joined in the test, so that no scanner of repositories takes them for secrets.</summary>
    [Theory]
    [InlineData("aws-access-token", "key id AKIA", "Q7XZ2MNPWJ4LTVR5", "", "AKIAQ7XZ2MNPWJ4LTVR5")]
    [InlineData("aws-secret-access-key", "aws_secret_access_key = ", "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", "", "k3Jd8sLq0ZxP5vBn7mWt2YcR9fHg4TaE6uIoKpLs")]
    [InlineData("gcp-api-key", "?key=AIza", "SyB3kd9Qx7Lm2Vt8Rw5Np1Zc6Hj4Fg0Ty-U", "&x=1", "AIzaSyB3kd9Qx7Lm2Vt8Rw5Np1Zc6Hj4Fg0Ty-U")]
    [InlineData("gitlab-pat", "remote glpat", "-x9Kd83jLmQp7Zt5Vw2Rb", " denied", "glpat-x9Kd83jLmQp7Zt5Vw2Rb")]
    [InlineData("slack-bot-token", "xoxb", "-123456789012-abcdef1234567890", "", "xoxb-123456789012-abcdef1234567890")]
    [InlineData("stripe-access-token", "charge sk_live", "_4eC39HqLyjWDarjtT1zdp7dc", " failed", "sk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("npm-access-token", "npm", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "", "npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")]
    [InlineData("vault-service-token", "token=hvs", ".CAESIJ3kd9Qx7Lm2Vt8Rw5Np1Zc6", "", "hvs.CAESIJ3kd9Qx7Lm2Vt8Rw5Np1Zc6")]
    [InlineData("url-credentials", "dial redis://:", "s3cr3tpw", "@cache:6379/0", "s3cr3tpw")]
    [InlineData("authorization-header", "Authorization: Bearer ", "abcDEF123456", "", "abcDEF123456")]
    [InlineData("generic-api-key", "{\"client_secret\":\"", "Zx81kQ0pLm39vTyR7uWn", "\"}", "Zx81kQ0pLm39vTyR7uWn")]
    [InlineData("jwt", "eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3In0.dBjftJeZ4CVPmB92K27uhbUJ", " x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.dBjftJeZ4CVPmB92K27uhbUJ")]
    [InlineData("private-key", "-----BEGIN RSA PRIVATE", " KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", " after", "\nMIIEow\n-----END RSA PRIVATE KEY-----")]
    public void A_well_known_secret_is_found(string rule, string start, string middle, string end, string secret)
    {
        string line = start + middle + end;

        Assert.Contains((rule, secret), Find(line));
    }

    [Theory]
    [InlineData("ts=2024-05-06T07:08:09Z level=info caller=main.go:12 msg=\"request done\" path=/api/v1/push status=204 took=12ms")]
    [InlineData("pulled image registry.k8s.io/pause:3.9@sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097")]
    [InlineData("pod web-7d4b9c6f5-x2x9z scheduled on node ip-10-0-12-7, uid 8f14e45f-ceea-467a-9c2b-1f0a3e4d5c6b")]
    [InlineData("see https://example.com/a:b/c?x=1 and git@github.com:org/repo")]
    [InlineData("key=value token=none password=changeme auth=disabled secret_name=db-credentials")]
    [InlineData("authentication failed for user admin: invalid password")]
    [InlineData("aws key AKIAIOSFODNN7EXAMPLE of the manual")]
    public void Ordinary_lines_hold_none(string line) => Assert.Empty(Find(line));

    [Fact]
    public void A_key_without_its_end_is_found_to_the_end_of_the_line()
    {
        (string rule, string secret) = Assert.Single(Find("key: -----BEGIN PRIVATE " + "KEY-----\\nMIIEvQIBADANBg"));

        Assert.Equal(("private-key", "\\nMIIEvQIBADANBg"), (rule, secret));
    }

    [Fact]
    public void Every_rule_has_keywords_so_that_most_lines_cost_little() =>
        Assert.All(DefaultRules.Read().Rules, static rule => Assert.True(rule.Keywords.Count > 0 && rule.CanFind, rule.Id));

    private static List<(string Rule, string Secret)> Find(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        List<SecretFinding>? findings = null;
        Assert.True(Scanner.Scan(bytes, default, ref findings));
        return [.. (findings ?? []).Select(finding => (finding.Rule.Id, Encoding.UTF8.GetString(bytes, finding.Start, finding.Length)))];
    }
}
