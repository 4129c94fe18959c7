using System.Text;
using Agent.Components.Common.Yaml;
using Agent.Components.Loki.Positions;
using YamlDotNet.Core;

namespace Agent.Components.Tests.Common.Yaml;

public sealed class YamlTreeTests
{
    private const string Sample = """
        a: &x {k: 'two', m: ["three\n", 4]}
        b: *x
        c: |
          text
        positions:
          cursor-a: "17"
        d: {e: f, ? g : h}
        e:
          - !!binary aGk=
        <<: *x
        """;

    private const string Marks = "&*!|>{}[],:?-#%@`'\"\n\t \0\u0085~";

    // Two of these make the library throw something else than it says.
    [Theory]
    [InlineData("a: !!b[1,x y")]
    [InlineData("a: [1, [2\nb: c\n--- \n%YAML 1\n? x: y\n")]
    [InlineData("{")]
    [InlineData("a: *unknown")]
    [InlineData("a: 1\na: 2")]
    public void What_is_no_yaml_is_refused_as_such(string text) => Assert.ThrowsAny<YamlException>(() => YamlTree.Parse(text));

    [Fact]
    public void Damaged_text_is_read_or_refused_and_nothing_else()
    {
        const int Rounds = 20_000;
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            string text = Damage(random);
            refused += IsRefused(() => YamlTree.Parse(text)) ? 1 : 0;
            IsRefused(() => ForeignPositions.Read(new StringReader(text)));
        }
        Assert.InRange(refused, Rounds / 4, Rounds * 9 / 10);
    }

    private static bool IsRefused(Func<object?> read)
    {
        try
        {
            read();
            return false;
        }
        catch (YamlException)
        {
            return true;
        }
    }

    private static string Damage(Random random)
    {
        var text = new StringBuilder(Sample);
        for (int i = random.Next(1, 12); i > 0 && text.Length > 0; i--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(3))
            {
                case 0:
                    text.Remove(at, Math.Min(text.Length - at, random.Next(1, 20)));
                    break;
                case 1:
                    text.Insert(at, Marks[random.Next(Marks.Length)]);
                    break;
                default:
                    text[at] = (char)random.Next(0x2100);
                    break;
            }
        }
        return text.ToString();
    }
}
