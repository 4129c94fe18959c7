using System.Text;
using System.Text.Json;
using Agent.Testing;

namespace Agent.Syntax.Tests;

/// <summary>Real sources with random damage: whatever comes in, reading, printing and formatting never throw.</summary>
public sealed class MutationTests
{
    private const int Rounds = 20;
    private static readonly string[] Pieces = ["{", "}", "[", "]", "(", ")", "\"", "`", ",", ".", "=", "\n", "\r", "/*", "*/", "//", "\\", "\0", "é", "\ufeff", "1e", "-", "^"];

    [ConformanceFact]
    public void Damaged_sources_give_diagnostics_and_never_throw()
    {
        var random = new Random(20261120);
        int parsed = 0;
        foreach (byte[] source in Sources())
        {
            for (int round = 0; round < Rounds; round++)
            {
                ParseResult result = Parser.ParseFile(new SourceText("f", Damage(source, random)));
                if (result.Success)
                {
                    parsed++;
                    Formatter.Format(result.File);
                }
                using var text = new StringWriter();
                new DiagnosticPrinter(text).Print(result.Diagnostics);
                Assert.Equal(result.Success, text.ToString().Length == 0);
            }
        }
        Assert.NotEqual(0, parsed);
    }

    private static IEnumerable<byte[]> Sources()
    {
        foreach (string set in (string[])["parse", "fmt"])
        {
            using JsonDocument document = Conformance.Load($"syntax/{set}.json");
            foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                yield return GoldenSource.Of(@case).Bytes.ToArray();
            }
        }
    }

    private static byte[] Damage(byte[] source, Random random)
    {
        var bytes = new List<byte>(source);
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(3))
            {
                case 0:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(4), bytes.Count - at));
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }
        return [.. bytes];
    }
}
