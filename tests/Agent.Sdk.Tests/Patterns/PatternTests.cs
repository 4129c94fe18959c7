using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Sdk.Tests.Patterns;

public sealed class PatternTests
{
    [Theory]
    [InlineData("(a|b)c", "ac,bc")]
    [InlineData("prod(-eu)?", "prod-eu,prod")]
    [InlineData("x[12]", "x1,x2")]
    [InlineData("", "")]
    [InlineData("a|", "a,")]
    [InlineData("plain", "plain")]
    public void An_anchored_pattern_tells_the_texts_it_equals(string text, string literals)
    {
        Assert.True(Pattern.Parse(text, PatternOptions.Anchored).TryGetLiterals(out IReadOnlyList<string>? found));
        Assert.Equal(literals, string.Join(',', found));
    }

    [Theory]
    [InlineData("a.*")]
    [InlineData("[a-z]")]
    [InlineData("a+")]
    public void A_pattern_of_more_texts_tells_none(string text) =>
        Assert.False(Pattern.Parse(text, PatternOptions.Anchored).TryGetLiterals(out _));

    [Theory]
    [InlineData(".*", "a\nb", true)]
    [InlineData(".+", "", false)]
    [InlineData("foo.*", "foo\nbar", true)]
    [InlineData("foo.*", "xfoo", false)]
    [InlineData(".*foo", "xfoo", true)]
    [InlineData("a.*a", "a", false)]
    [InlineData("a.*a", "aa", true)]
    [InlineData("a)|(b", "xb", true)]
    public void An_anchored_pattern_matches_the_whole_text(string text, string input, bool match)
    {
        Assert.Equal(match, Pattern.Parse(text, PatternOptions.Anchored).IsMatch(input));
        Assert.Equal(match, Pattern.Parse(text, PatternOptions.Anchored).Match(Encoding.UTF8.GetBytes(input), default));
    }

    [Fact]
    public void Invalid_bytes_count_one_each_and_keep_offsets_right()
    {
        byte[] text = [(byte)'a', 0xFF, 0xE2, 0x82, (byte)'b', 0xC3, 0xBC];
        var groups = new ByteRange[2];
        Assert.True(Pattern.Parse("a...(b.)").Match(text, groups));
        Assert.Equal([new ByteRange(0, 7), new ByteRange(4, 7)], groups);
        Assert.True(Pattern.Parse("\\x{FFFD}{3}b").IsMatch(text));
    }

    [Fact]
    public void Offsets_over_chars_count_chars()
    {
        var groups = new ByteRange[2];
        Assert.True(Pattern.Parse("ü(.)b").Match("😀ü😀b".AsSpan(), groups));
        Assert.Equal([new ByteRange(2, 6), new ByteRange(3, 5)], groups);
    }

    [Theory]
    [InlineData("$1x-${1}x-$$-$-${9}", "-ax-$-$-")]
    [InlineData("$n", "a")]
    [InlineData("${n", "${n")]
    public void Templates_read_names_as_Go_does(string template, string expected)
    {
        Pattern pattern = Pattern.Parse("(?P<n>a)b");
        Assert.Equal(expected, pattern.Expand("ab", pattern.Template(template)));
        Assert.Null(pattern.Expand("xy", pattern.Template(template)));
    }

    [Theory]
    [InlineData(@"\p{Greek}+", "xαβ", true)]
    [InlineData(@"\p{greek}", "x", false)]
    [InlineData(@"\p{Letter}", "é", true)]
    [InlineData(@"^\P{Han}$", "日", false)]
    [InlineData(@"(?i)^\p{Lu}$", "a", true)]
    [InlineData(@"\p{^Lu}", "A", false)]
    public void Unicode_sets_go_by_category_and_script(string text, string input, bool match) =>
        Assert.Equal(match, Pattern.Parse(text).IsMatch(input));

    [Theory]
    [InlineData("a{0,1001}", "invalid repeat count: `{0,1001}`")]
    [InlineData("(a{500}){3}", "invalid repeat count: `{3}`")]
    [InlineData("(?=a)", "invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("(a", "missing closing ): `(a`")]
    [InlineData("a)", "unexpected ): `a)`")]
    [InlineData("*a", "missing argument to repetition operator: `*`")]
    [InlineData(@"\x{110000}", @"invalid escape sequence: `\x{110000`")]
    public void What_RE2_lacks_is_refused(string text, string expected)
    {
        Assert.False(Pattern.TryParse(text, PatternOptions.None, out _, out string? error));
        Assert.Equal("error parsing regexp: " + expected, error);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_not_followed()
    {
        string text = string.Concat(Enumerable.Repeat("(", 100_000)) + string.Concat(Enumerable.Repeat(")", 100_000));
        Assert.False(Pattern.TryParse(text, PatternOptions.None, out _, out string? error));
        Assert.StartsWith("error parsing regexp: expression nests too deeply", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error", PatternOptions.None)]
    [InlineData("^(GET|POST|PUT)$", PatternOptions.None)]
    [InlineData("a|b|c|debug", PatternOptions.Anchored)]
    [InlineData(".*", PatternOptions.Anchored)]
    [InlineData(".+", PatternOptions.Anchored)]
    [InlineData("kube-.*", PatternOptions.Anchored)]
    [InlineData(".*-system", PatternOptions.Anchored)]
    [InlineData("level=(warn|error)", PatternOptions.None)]
    [InlineData(@"^(\S+) \S+ (\S+) \[([^\]]+)\] ""(\w+) ([^""]*)"" (\d+)", PatternOptions.None)]
    [InlineData("(a*)*b", PatternOptions.None)]
    public void Matching_allocates_nothing(string text, PatternOptions options)
    {
        Pattern pattern = Pattern.Parse(text, options);
        byte[] line = "10.0.0.1 - bob [06/May/2024:07:08:09 +0000] \"GET /ü HTTP/1.1\" 200 level=error"u8.ToArray();
        var groups = new ByteRange[pattern.GroupCount + 1];
        for (int i = 0; i < 3; i++)
        {
            pattern.IsMatch(line);
            pattern.Match(line, groups);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            pattern.IsMatch(line);
            pattern.Match(line, groups);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Matching_from_many_threads_agrees()
    {
        Pattern pattern = Pattern.Parse(@"(\w+)@(\w+)\.com");
        byte[] text = "mail bob@example.com now"u8.ToArray();
        Parallel.For(0, 1000, _ =>
        {
            var groups = new ByteRange[3];
            Assert.True(pattern.Match(text, groups));
            Assert.Equal(new ByteRange(9, 16), groups[2]);
        });
    }

    [Fact]
    public void Both_matchers_and_the_literal_tests_agree_on_random_patterns()
    {
        var random = new Random(20261120);
        for (int i = 0; i < 4000; i++)
        {
            string text = RandomPattern(random, 3);
            if (!Pattern.TryParse(text, PatternOptions.None, out Pattern? pattern, out _))
            {
                continue;
            }
            // An empty loop in front sends the same pattern to the parallel matcher.
            Pattern parallel = Pattern.Parse($"(?:(?:)*)(?:{text})");
            for (int j = 0; j < 8; j++)
            {
                byte[] input = RandomText(random);
                string shown = $"{text} on {Convert.ToHexString(input)}";
                var groups = new ByteRange[pattern.GroupCount + 1];
                var others = new ByteRange[pattern.GroupCount + 1];
                bool match = pattern.Match(input, groups);
                Assert.True(match == parallel.Match(input, others), shown);
                Assert.True(groups.AsSpan().SequenceEqual(others), $"{shown}: {string.Join(' ', groups)} {string.Join(' ', others)}");
                Assert.True(match == pattern.IsMatch(input), shown);
            }
        }
    }

    private static string RandomPattern(Random random, int depth)
    {
        string[] atoms = ["a", "b", "ab", "ü", ".", "[ab]", "[^a]", "\\w", "^", "$", "\\b", "(?s).", "[ü-ÿ]", "\\x{FFFD}", "\\n", "(?m)^"];
        string[] repeats = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}?"];
        string text = "";
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            string item = depth == 0 ? atoms[random.Next(atoms.Length)] : random.Next(5) switch
            {
                0 => $"({RandomPattern(random, depth - 1)}|{RandomPattern(random, depth - 1)})",
                1 => $"({RandomPattern(random, depth - 1)})",
                2 => $"(?:{RandomPattern(random, depth - 1)})",
                _ => atoms[random.Next(atoms.Length)],
            };
            text += item + repeats[random.Next(repeats.Length)];
        }
        return text;
    }

    private static byte[] RandomText(Random random)
    {
        byte[][] parts = ["a"u8.ToArray(), "b"u8.ToArray(), "ü"u8.ToArray(), "\n"u8.ToArray(), [0xFF], "😀"u8.ToArray(), [0xC3], "-"u8.ToArray()];
        return [.. Enumerable.Range(0, random.Next(12)).SelectMany(_ => parts[random.Next(parts.Length)])];
    }
}
