using System.Text;
using Agent.Components.Loki.SecretFilter;
using Agent.Sdk;

namespace Agent.Components.Tests.Loki.SecretFilter;

public sealed class GitleaksFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-test-").FullName;

    [Fact]
    public void Rules_are_read_with_all_their_fields()
    {
        SecretRule rule = Assert.Single(GitleaksFile.Parse("""
            title = "mine"
            [[rules]]
            id = "a" # the first
            description = "A"
            regex = '''a(b)(c)'''
            secretGroup = 2
            entropy = 3.5
            tags = ["x"]
            keywords = [
              "One", # with a comment
              "two",
            ]
              [[rules.allowlists]]
              condition = "AND"
              regexTarget = "line"
              regexes = ["^x\\d"]
              stopwords = ["Stop"]
            """).Rules);

        Assert.Equal(("a", "a(b)(c)", 2, 3.5), (rule.Id, rule.Regex!.Text, rule.SecretGroup, rule.Entropy));
        Assert.Equal(["One", "two"], rule.Keywords);
        SecretAllowlist allowlist = Assert.Single(rule.Allowlists);
        Assert.True(allowlist.Allows("x1"u8, "m"u8, "a stop"u8));
        Assert.False(allowlist.Allows("x1"u8, "m"u8, "a go"u8));
        Assert.False(allowlist.Allows("y1"u8, "m"u8, "a stop"u8));
    }

    [Fact]
    public void Built_in_rules_can_be_extended_changed_and_disabled()
    {
        SecretRules rules = GitleaksFile.Parse("""
            [extend]
            useDefault = true
            disabledRules = ["jwt"]
            [[rules]]
            id = "github-pat"
            entropy = 4.5
            [[rules]]
            id = "own"
            regex = "own_[a-z]+"
            """);

        SecretRule builtIn = DefaultRules.Read().Rules.Single(static rule => rule.Id == "github-pat");
        SecretRule changed = rules.Rules.Single(static rule => rule.Id == "github-pat");
        Assert.Equal((builtIn.Regex, 4.5), (changed.Regex, changed.Entropy));
        Assert.Contains(rules.Rules, static rule => rule.Id == "own");
        Assert.DoesNotContain(rules.Rules, static rule => rule.Id == "jwt");
    }

    [Theory]
    [InlineData("regexes = ['''^tok_1''']", false)]
    [InlineData("regexes = ['''id=''']\nregexTarget = \"match\"", false)]
    [InlineData("regexes = ['''^id''']", true)]
    [InlineData("stopwords = [\"TOK_1\"]", false)]
    [InlineData("paths = ['''.go$''']", true)]
    [InlineData("commits = [\"abc\"]\nregexes = ['''^tok_1''']\ncondition = \"AND\"", true)]
    public void An_allowlist_says_what_is_no_secret(string allowlist, bool found)
    {
        foreach (string place in (ReadOnlySpan<string>)["[[rules.allowlists]]", "[rules.allowlist]", "[allowlist]", "[[allowlists]]\ntargetRules = [\"t\"]"])
        {
            var scanner = new SecretScanner(GitleaksFile.Parse($"""
                [[rules]]
                id = "t"
                regex = '''id=(tok_\d+)'''
                {place}
                {allowlist}
                """));
            List<SecretFinding>? findings = null;
            scanner.Scan("id=tok_123"u8, default, ref findings);
            Assert.Equal(found, findings is not null);
        }
    }

    [Fact]
    public void A_rule_for_the_paths_of_files_finds_nothing_in_lines()
    {
        var scanner = new SecretScanner(GitleaksFile.Parse("[[rules]]\nid = \"t\"\nregex = \"tok\"\npath = '''\\.env$'''"));
        List<SecretFinding>? findings = null;
        scanner.Scan("tok"u8, default, ref findings);
        Assert.Null(findings);
    }

    [Theory]
    [InlineData("[[rules]]\nid = \"x\"\nregex = \"(\"", "x: rules.regex: error parsing regexp: missing closing ): `(`")]
    [InlineData("[[rules]]\nid = \"x\"\nregex = \"y\"\n[[rules.required]]\nid = \"z\"", "rules.required is not supported")]
    [InlineData("[extend]\nurl = \"http://x\"", "extend.url is not supported")]
    [InlineData("[extend]\nuseDefault = true\npath = \"x\"", "extend.useDefault and extend.path exclude each other")]
    [InlineData("[[rules]]\nregex = \"y\"", "a rule without id")]
    [InlineData("[[rules]]\nid = \"x\"\nentropy = \"high\"", "rules.entropy must be a number")]
    [InlineData("[[rules]]\nid = \"x\"\nid = \"y\"", "line 3: rules.id is defined twice")]
    [InlineData("title = \"x", "line 1: the string does not end")]
    [InlineData("at = 2024-05-06", "line 1: cannot read value 2024-05-06: only strings, numbers, true, false, lists and tables are supported")]
    public void What_is_wrong_or_not_supported_is_named(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => GitleaksFile.Parse(text)).Message);

    [Fact]
    public void A_rule_that_changes_none_is_refused()
    {
        string path = Path.Combine(_folder, "a.toml");
        File.WriteAllText(path, "[[rules]]\nid = \"nope\"\nentropy = 2");
        ComponentException wrong = Assert.Throws<ComponentException>(() => GitleaksFile.Read(path));
        Assert.Contains("rule nope has neither regex nor path", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_can_extend_files_but_not_for_ever()
    {
        string path = Path.Combine(_folder, "loop.toml");
        File.WriteAllText(path, $"[extend]\npath = '{path}'");
        ComponentException wrong = Assert.Throws<ComponentException>(() => GitleaksFile.Read(path));
        Assert.Contains("extend each other more than 2 deep", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_findings_become_one_span()
    {
        byte[] line = Encoding.UTF8.GetBytes("0123456789");
        var shorter = new SecretRule { Id = "short" };
        var longer = new SecretRule { Id = "long" };
        List<SecretFinding> findings = [new(longer, 3, 8), new(shorter, 1, 4), new(new SecretRule { Id = "generic-x" }, 4, 6)];

        SecretSpans.Settle(line, findings);

        SecretFinding span = Assert.Single(findings);
        Assert.Equal(("long", 1, 8), (span.Rule.Id, span.Start, span.End));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
